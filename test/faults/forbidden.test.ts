import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { needs, type Graph } from '../../src/engine/graph.ts';
import type { NodeId } from '../../src/engine/ref.ts';
import { openCommandLine } from '../cli/command-line.ts';
import { assertEmpty } from '../sandbox-gateway.ts';
import { forbidding, named } from './faults.ts';
import type { Proxy } from './proxy.ts';
import { network, openGateway, openProxy } from './stormy-gateway.ts';

let proxy: Proxy;

before(async () => {
  proxy = await openProxy();
});
afterEach(() => {
  proxy.weather = {};
  proxy.passages.length = 0;
});
after(() => proxy.stop());

const changes = (): readonly string[] =>
  proxy.passages.filter((call) => call.writes && call.status !== undefined).map((call) => call.operation);

test('a role that may only read can plan; apply changes nothing and names what it lacks', async () => {
  const line = await openCommandLine();
  proxy.weather = { fault: forbidding(({ writes }) => writes) };
  assert.match(await line.expect(0, ['plan', '-f', 'gateway.yaml']), /\b2\d\d to create\b/);
  const { code, stdout } = await line.run(['apply', '-f', 'gateway.yaml', '--yes']);
  assert.equal(code, 1, stdout);
  for (const action of ['ec2:CreateVpc', 'kms:CreateKey', 'iam:CreateRole', 'secretsmanager:CreateSecret'])
    assert(stdout.includes(action), `${action}\n${stdout}`);
  assert.deepEqual(changes(), []);
});

test('what depends on a list that may not be read is not made, and all else is', async () => {
  const { own } = await openGateway();
  const declared = network(own);
  proxy.weather = { fault: forbidding(named('DescribeSubnets')) };
  const { result, plan, done } = await own.attempt(declared);
  assert.equal(result, 'failed');
  assert(plan.unknown.has('Subnet') && !plan.unknown.has('Vpc'), [...plan.unknown.keys()].join(', '));
  const held = above(plan.unknown, declared.graph);
  assert(held.has('NatGateway/a') && held.has('RouteTable/private-a'));
  assert.deepEqual(
    done.filter((step) => held.has(step.node)).map((step) => step.node),
    [],
  );
  const made = new Set(done.filter((step) => step.verb === 'create').map((step) => step.node));
  const free = [...declared.graph.nodes.values()].filter(
    (node) => !held.has(node.id) && plan.states.get(node.id)?.phase !== 'ready',
  );
  assert.deepEqual(
    free.map((node) => node.id),
    [],
  );
  assert(made.has('Vpc/main') && made.has('SecurityGroup/registry'));
  proxy.weather = {};
  await own.apply(declared);
  assertEmpty(await own.plan(declared));
});

test('nothing is deleted while a list may not be read: what is in it may need the rest', async () => {
  const { own } = await openGateway();
  const declared = network(own);
  await own.apply(declared);
  proxy.passages.length = 0;
  proxy.weather = { fault: forbidding(named('DescribeSecurityGroups')) };
  await assert.rejects(own.destroy(declared), /SecurityGroup is unknown/);
  assert.deepEqual(changes(), []);
  proxy.weather = {};
  assertEmpty(await own.plan(declared));
});

/** All nodes of these kinds and all that need one of them. */
function above(kinds: { has(kind: string): boolean }, { nodes }: Graph): ReadonlySet<NodeId> {
  const found = new Set<NodeId>();
  for (const node of nodes.values())
    if (kinds.has(node.kind) || needs(node).some((id) => found.has(id))) found.add(node.id);
  return found;
}
