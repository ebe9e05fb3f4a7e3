import { Board, type GatewayReport, type NodeReport, type RunReport } from '../../src/daemon/board.ts';
import type { Event } from '../../src/state/events.ts';
import { condition, gatewayReport, readyNodes, runReport } from './gateway-reports.ts';

const MINUTE = 60_000;

/** What happened to the stalled gateway of late. */
export function happened(now: number): readonly Event[] {
  const at = (minutes: number): string => new Date(now - minutes * MINUTE).toISOString();
  const author = {
    type: 'call',
    by: 'arn:aws:sts::123456789012:assumed-role/mcpgw/daemon',
    command: 'daemon',
    revision: '91d04c2e5b7a6f3d2c1b0a9f8e7d6c5b4a392817',
    planId: '7c1e09d2',
    ms: 210,
  } as const;
  return [
    {
      ...author,
      at: at(16),
      node: 'TaskDefinition/auth',
      verb: 'update',
      call: 'ecs:RegisterTaskDefinition',
      result: 'ok',
    },
    { ...author, at: at(16), node: 'Service/auth', verb: 'update', call: 'ecs:UpdateService', result: 'ok' },
    {
      type: 'condition',
      at: at(14),
      revision: author.revision,
      condition: 'Stalled',
      from: 'False',
      status: 'True',
      reason: 'NeedsAction',
      message: 'Service/auth is stalled',
    },
    {
      ...author,
      at: at(3),
      node: 'Service/registry',
      verb: 'update',
      call: 'ecs:UpdateService',
      result: 'ThrottlingException',
    },
  ];
}

/** Gateways as a team might have them: one stalled, one that wants approval, and others in other states. */
export async function scene(now: number): Promise<Board> {
  const board = new Board();
  const nodes = await readyNodes(now);
  const at = (minutes: number): string => new Date(now + minutes * MINUTE).toISOString();
  const common = { nodes, lastLook: at(-0.6), nextLook: at(4.4), runs: runsUntil(now) };
  board.put(sick({ ...common, name: 'mcp-gateway' }, now));
  board.put(
    gatewayReport({
      ...common,
      name: 'staging',
      accountId: '210987654321',
      region: 'eu-central-1',
      held: {
        planId: 'b41f77c0',
        why: 'it deletes 5 things that the manifest gave up, and the policy allows 3',
        deletes: [
          'Service/agent-flights',
          'Service/agent-travel',
          'LogGroup/agent-flights',
          'LogGroup/agent-travel',
          'Role/agent-flights',
        ],
      },
      conditions: [
        condition('Ready', 'False', 'OutOfSync', '5 of 233 are not ready'),
        condition('Synced', 'False', 'Held', 'plan b41f77c0 waits for approval'),
        condition('Healthy', 'True'),
      ],
    }),
  );
  board.put(
    gatewayReport({
      ...common,
      name: 'prod-eu',
      region: 'eu-west-1',
      pause: { until: at(130), why: 'release freeze for the trade fair', by: 'on-call' },
      conditions: [
        condition('Ready', 'True'),
        condition('Synced', 'True'),
        condition('Healthy', 'True'),
        condition('Paused', 'True', 'Asked', 'until tonight'),
      ],
    }),
  );
  board.put(gatewayReport({ ...common, name: 'prod-us' }));
  board.put(
    gatewayReport({
      ...common,
      name: 'a-gateway-with-quite-a-long-name-for-a-narrow-column',
      region: 'ap-southeast-2',
    }),
  );
  board.put(
    gatewayReport({
      name: 'fresh',
      nodes: [],
      runs: [],
      lastLook: undefined,
      nextLook: undefined,
      timeToReady: undefined,
      appliedRevision: undefined,
      conditions: [],
    }),
  );
  return board;
}

function sick(given: Partial<GatewayReport> & { readonly name: string }, now: number): GatewayReport {
  const changed = new Map(moved(now).map((node) => [node.id, node]));
  return gatewayReport({
    ...given,
    nodes: (given.nodes ?? []).map((node) => ({ ...node, ...changed.get(node.id) })),
    attemptedRevision: '91d04c2e5b7a6f3d2c1b0a9f8e7d6c5b4a392817',
    appliedRevision: '3f2c1ab7c0ffee00112233445566778899aabbcc',
    conditions: [
      condition('Ready', 'False', 'NotHealthy', '5 of 233 are not ready'),
      condition('Synced', 'False', 'ChangesPending', '2 changes are pending'),
      condition('Healthy', 'False', 'NotHealthy', 'Service/auth is stalled'),
      condition('Drifted', 'True', 'Differs', '1 thing differs from the manifest'),
      condition('Progressing', 'True', 'Underway', 'Service/registry is pending'),
      condition(
        'Stalled',
        'True',
        'NeedsAction',
        'Service/auth is stalled: its rollout was rolled back by ECS after 3 failed tasks',
      ),
    ],
    outputs: {
      registry_url: { value: 'https://d111111abcdef8.cloudfront.net', sensitive: false },
      keycloak_admin_console: { value: 'https://d222222abcdef8.cloudfront.net/admin', sensitive: false },
      vpc_id: { value: 'vpc-0a1b2c3d4e5f60718', sensitive: false },
      private_subnet_ids: { value: ['subnet-0a1b2c3d', 'subnet-4e5f6071'], sensitive: false },
      documentdb_secrets_manager_secret_arn: { value: 'arn:aws:secretsmanager:us-east-1:1:secret:x', sensitive: true },
    },
  });
}

type Moved = Pick<NodeReport, 'id'> & Partial<NodeReport>;

function moved(now: number): readonly Moved[] {
  const since = (minutes: number): string => new Date(now - minutes * MINUTE).toISOString();
  return [
    {
      id: 'Service/auth',
      phase: 'stalled',
      since: since(14),
      because:
        "its rollout was rolled back by ECS after 3 failed tasks: KeyError: 'SECRET_KEY'. Put the secret back or pin the image",
      action: 'update',
      props: {
        serviceName: 'mcp-gateway-auth',
        launchType: 'FARGATE',
        cluster: 'mcp-gateway',
        deploymentCircuitBreaker: { enable: true, rollback: true },
      },
      changes: [
        {
          path: '/taskDefinition',
          from: 'mcp-gateway-auth-server:11',
          to: 'mcp-gateway-auth-server:12',
          replaces: false,
          origin: 'manifest',
        },
      ],
    },
    {
      id: 'Service/registry',
      phase: 'pending',
      since: since(3),
      because: 'rollout in progress, 1 of 2 tasks running',
      action: 'update',
      changes: [{ path: '/desiredCount', from: 1, to: 2, replaces: false, origin: 'manifest' }],
    },
    {
      id: 'SecurityGroup/keycloak-db',
      phase: 'drifted',
      since: since(42),
      because: 'changed outside',
      action: 'update',
      changes: [
        {
          path: '/description',
          from: 'opened for the migration',
          to: 'Keycloak database',
          replaces: true,
          origin: 'outside',
        },
        { path: '/rules/0/cidr', from: '0.0.0.0/0', to: null, replaces: false, origin: 'both' },
        {
          path: '/tags',
          from: { Name: 'x', team: 'ops' },
          to: { Name: 'keycloak-db' },
          replaces: false,
          origin: 'unknown',
        },
      ],
    },
    {
      id: 'ScalableTarget/auth',
      phase: 'blocked',
      since: since(14),
      waitsFor: ['Service/auth'],
    },
    { id: 'ScalingPolicy/auth-cpu', phase: 'blocked', since: since(14), waitsFor: ['ScalableTarget/auth'] },
    { id: 'MetricAlarm/auth-cpu', phase: 'missing', since: since(14), action: 'create', waitsFor: ['Service/auth'] },
  ];
}

function runsUntil(now: number): readonly RunReport[] {
  const results: readonly RunReport['result'][] = [
    'converged',
    'converged',
    'pending',
    'converged',
    'held',
    'converged',
    'interrupted',
    'converged',
    'converged',
    'failed',
  ];
  return Array.from({ length: 50 }, (_, i) =>
    runReport({
      at: new Date(now - (50 - i) * 5 * MINUTE).toISOString(),
      ms: 1200 + ((i * 7919) % 900) + (i % 10 === 2 ? 280_000 : i % 10 === 9 ? 1_500_000 : 0),
      result: results[i % 10] ?? 'converged',
      why: i % 10 === 9 ? 'revision' : 'interval',
      steps: i % 10 === 9 ? 4 : 0,
      times: i % 10 === 7 ? 12 : 1,
      errors:
        i % 10 === 9 ? ['Service/auth: its rollout was rolled back by ECS after 3 failed tasks (exit code 1)'] : [],
    }),
  );
}
