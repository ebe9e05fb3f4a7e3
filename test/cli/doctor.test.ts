import {
  DeleteListenerCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { must } from '../../src/engine/errors.ts';
import { REGION } from '../sandbox-account.ts';
import { openCommandLine, type CommandLine } from './command-line.ts';

const DOCTOR = ['doctor', '-f', 'gateway.yaml'];

interface Check {
  readonly layer: string;
  readonly verdict: string;
}

interface Form {
  readonly healthy: boolean;
  readonly first?: Check & {
    readonly address: { readonly front: string; readonly url: string | null };
    readonly causes: readonly string[];
    readonly advice: string;
  };
  readonly addresses: readonly { readonly front: string; readonly checks: readonly Check[] }[];
}

const formOf = (text: string): Form => JSON.parse(text) as Form;

describe('the doctor', () => {
  let line: CommandLine;

  before(async () => {
    line = await openCommandLine();
  });
  after(() => line.close());

  test('finds nothing where nothing was applied, and says so', async () => {
    const said = await line.expect(1, DOCTOR);
    assert.match(said, /^Registry {2}has no address yet$/m);
    assert.match(said, /^Wrong first: DNS of the registry: /m);
    assert.match(said, /^ {2}Distribution\/registry does not exist$/m);
    assert.match(said, /^ {2}mcpgw-controller apply -f gateway\.yaml$/m);
  });

  test('has nothing to say against a gateway that is whole', async () => {
    await line.expect(0, ['apply', '-f', 'gateway.yaml', '--yes']);
    const said = await line.expect(0, DOCTOR);
    assert.match(said, /^Registry {2}https:\/\/\S+\.cloudfront\.net$/m);
    assert.match(said, /^Everything answers\./m);
    assert.doesNotMatch(said, /^[!~·] [A-Z]\w+ {2}/m);
    const { healthy, first, addresses } = formOf(await line.expect(0, [...DOCTOR, '--output', 'json']));
    assert(healthy && first === undefined);
    assert.deepEqual(
      addresses.map(({ front }) => front),
      ['registry', 'keycloak'],
    );
    for (const { checks } of addresses) assert(checks.every(({ verdict }) => verdict === 'ok'));
  });

  test('says what is wrong first and what to do, and ends with 1', async () => {
    const elb = new ElasticLoadBalancingV2Client({ region: REGION, credentials: line.account.credentials });
    const { LoadBalancers = [] } = await elb.send(new DescribeLoadBalancersCommand({}));
    const main = LoadBalancers.find(({ LoadBalancerName }) => LoadBalancerName !== 'keycloak-alb');
    const LoadBalancerArn = must(main?.LoadBalancerArn, 'load balancer');
    const { Listeners = [] } = await elb.send(new DescribeListenersCommand({ LoadBalancerArn }));
    const open = Listeners.find(({ Port }) => Port === 80);
    await elb.send(new DeleteListenerCommand({ ListenerArn: open?.ListenerArn }));

    const said = await line.expect(1, DOCTOR);
    assert.match(said, /^Wrong first: load balancer of the registry: CloudFront answers 502 for \/health$/m);
    assert.match(said, /^ {2}Listener\/registry-80 does not exist\nPut it right:\n {2}mcpgw-controller apply -f /m);
    const { healthy, first } = formOf(await line.expect(1, [...DOCTOR, '--output', 'json']));
    assert(!healthy);
    assert.equal(first?.layer, 'load-balancer');
    assert.equal(first?.address.front, 'registry');
    assert.equal(first?.advice, 'apply');
    assert(first?.causes.includes('Listener/registry-80 does not exist'));
  });
});
