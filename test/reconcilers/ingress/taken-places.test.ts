import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { liveOf } from '../../../src/engine/snapshot.ts';
import { listenerRule } from '../../../src/reconcilers/ingress/listener-rule.ts';
import { listener } from '../../../src/reconcilers/ingress/listener.ts';
import { loadBalancer } from '../../../src/reconcilers/ingress/load-balancer.ts';
import { openAccount } from '../../sandbox-account.ts';
import { assertEmpty, SandboxGateway, type TestGraph } from '../../sandbox-gateway.ts';
import { addEnds, addSurroundings, loadBalancerProps } from './load-balancers.ts';

const addMain = (graph: TestGraph): void => {
  const { balancer, web } = addEnds(graph, 'own');
  const action = { type: 'forward' as const, targetGroupArn: web.ref('targetGroupArn') };
  const entry = graph.add(listener, 'main-80', {
    loadBalancerArn: balancer.ref('loadBalancerArn'),
    port: 80,
    protocol: 'HTTP',
    action,
  });
  graph.add(listenerRule, 'main-80-grafana', {
    listenerArn: entry.ref('listenerArn'),
    priority: 15,
    paths: ['/grafana'],
    header: null,
    action,
  });
};

describe('places that somebody else has taken', () => {
  test('a load balancer of the wanted name without our mark is left alone and named', async () => {
    const gateway = new SandboxGateway(await openAccount(), { name: 'own' });
    const around = gateway.declare((graph) => void addSurroundings(graph));
    await gateway.apply(around);
    const subnets = liveOf(await gateway.look(around), 'Subnet').map((item) => String(item.outputs['subnetId']));
    const elb = await gateway.aws.elbv2();
    const Tags = [{ Key: 'ManagedBy', Value: 'terraform' }];
    await elb.send(new elb.CreateLoadBalancerCommand({ Name: 'own-alb', Subnets: subnets.slice(0, 2), Tags }));

    const wanted = gateway.declare(
      (graph) => void graph.add(loadBalancer, 'main', { ...loadBalancerProps('own'), ...addSurroundings(graph) }),
    );
    const plan = await gateway.plan(wanted);
    assert.equal(plan.states.get('LoadBalancer/main')?.phase, 'stalled');
    assert.match(plan.states.get('LoadBalancer/main')?.because ?? '', /Terraform/);
    assert.deepEqual(plan.steps, []);
  });

  test('what a create call hands out that is not ours is seen at once', async () => {
    const gateway = new SandboxGateway(await openAccount(), { name: 'own' });
    const other = new SandboxGateway(await openAccount(), { name: 'other' });
    const wanted = gateway.declare(addMain);
    await gateway.apply(wanted);
    const live = liveOf(await gateway.look(wanted), 'LoadBalancer')[0];
    assert(live !== undefined && loadBalancer.create !== undefined);
    const node = { id: 'LoadBalancer/main', name: 'main', tags: { 'mcpgw:gateway': other.aws.owner } };
    const act = { env: gateway.aws, node, token: 'x'.repeat(32), live: () => [] };
    const made = await loadBalancer.create(act, live.props as never);
    assert.equal(made.tags?.['mcpgw:gateway'], gateway.aws.owner);
  });

  test('a listener and a rule that somebody made where ours belong become ours', async () => {
    const gateway = new SandboxGateway(await openAccount(), { name: 'own' });
    const first = gateway.declare((graph) => void addEnds(graph, 'own'), [listener, listenerRule]);
    await gateway.apply(first);
    const LoadBalancerArn = String(liveOf(await gateway.look(first), 'LoadBalancer')[0]?.outputs['loadBalancerArn']);
    const elb = await gateway.aws.elbv2();
    const fixed = [{ Type: 'fixed-response' as const, FixedResponseConfig: { StatusCode: '503' } }];
    const { Listeners } = await elb.send(
      new elb.CreateListenerCommand({ LoadBalancerArn, Port: 80, Protocol: 'HTTP', DefaultActions: fixed }),
    );
    const ListenerArn = Listeners?.[0]?.ListenerArn;
    const Conditions = [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/x'] } }];
    await elb.send(new elb.CreateRuleCommand({ ListenerArn, Priority: 15, Conditions, Actions: fixed }));

    const wanted = gateway.declare(addMain);
    await gateway.apply(wanted);
    assertEmpty(await gateway.plan(wanted));
    const listeners = liveOf(await gateway.look(wanted), 'Listener');
    assert.deepEqual(
      listeners.map((item) => [item.name, item.outputs['listenerArn']]),
      [['main-80', ListenerArn]],
    );
    await gateway.destroy(wanted);
  });
});
