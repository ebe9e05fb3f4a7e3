import type { Gateway } from '../gateway.ts';
import type { Finding } from '../problem.ts';
import type { Rule } from './rule.ts';

export const accessRules: Rule = ({ gateway }) => checkAccess(gateway);

export function checkAccess({ accountId, access }: Pick<Gateway, 'accountId' | 'access'>): readonly Finding[] {
  const account = access?.roleArn.split(':')[4] ?? accountId;
  if (account === accountId) return [];
  return [
    {
      at: '/spec/access/roleArn',
      message: `the role is of account ${account}, but spec.accountId is ${accountId}`,
      suggestion: `name a role of account ${accountId}`,
      concerns: ['/spec/accountId'],
    },
  ];
}
