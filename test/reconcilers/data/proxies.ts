import { allow, policy, trust } from '../../../src/aws/policy.ts';
import type { GraphBuilder, Handle } from '../../../src/engine/graph.ts';
import type { Input } from '../../../src/engine/ref.ts';
import { dbProxy } from '../../../src/reconcilers/data/db-proxy.ts';
import { role } from '../../../src/reconcilers/identity/role.ts';
import { secret, type SecretOutputs } from '../../../src/reconcilers/identity/secret.ts';

/** The secret that a proxy signs in with, and a role that may read it. */
export function addSignIn(graph: GraphBuilder, name: string, username = 'keycloak') {
  const password: Handle<SecretOutputs> = graph.add(secret, 'database', {
    secretName: `${name}/database`,
    description: 'of the database',
    content: {
      from: { generate: { length: 32, classes: ['lower', 'upper', 'digit'] } },
      member: 'password',
      beside: { username },
    },
  });
  const arn = password.ref('arn', { when: 'ready' });
  const reader = graph.add(role, 'proxy', {
    roleName: `${name}-proxy`,
    trust: trust('rds.amazonaws.com'),
    inlinePolicies: { secret: policy(allow(['secretsmanager:GetSecretValue'], [arn])) },
    managedPolicyArns: [],
  });
  return { password, arn, roleArn: reader.ref('roleArn', { when: 'ready' }) };
}

interface Place {
  readonly groupId: Input<string>;
  readonly subnetIds: readonly Input<string>[];
}

export function addProxy(graph: GraphBuilder, name: string, { groupId, subnetIds }: Place, username?: string) {
  const { password, arn, roleArn } = addSignIn(graph, name, username);
  const proxy = graph.add(dbProxy, 'subject', {
    dbProxyName: `${name}-proxy`,
    engineFamily: 'POSTGRESQL',
    auth: [{ secretArn: arn, iamAuth: 'DISABLED', clientPasswordAuthType: 'POSTGRES_SCRAM_SHA_256' }],
    roleArn,
    vpcSubnetIds: subnetIds,
    vpcSecurityGroupIds: [groupId],
    requireTls: true,
  });
  return { proxy, password, arn };
}
