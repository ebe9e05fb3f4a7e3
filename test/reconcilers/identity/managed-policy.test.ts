import { allow, policy } from '../../../src/aws/policy.ts';
import { managedPolicy } from '../../../src/reconcilers/identity/managed-policy.ts';
import { testKind } from '../../kind-contract.ts';

const version = (n: number) => ({ document: policy(allow(['logs:PutLogEvents'], `arn:aws:logs:*:*:log-group:v${n}`)) });

testKind(managedPolicy, {
  props: (name) => ({ policyName: `${name}-logs`, ...version(1) }),
  // One more than IAM keeps.
  updates: [2, 3, 4, 5, 6, 7].map(version),
  replacements: [{ policyName: 'other' }],
  observeBudget: 3,
  uncalled: ['iam:GetPolicyVersion', 'iam:ListPolicies'],
});
