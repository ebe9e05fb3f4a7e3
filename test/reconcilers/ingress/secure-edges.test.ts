import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { createHash } from 'node:crypto';
import type { GraphBuilder } from '../../../src/engine/graph.ts';
import type { Input } from '../../../src/engine/ref.ts';
import { certificate } from '../../../src/reconcilers/ingress/certificate.ts';
import type { DistributionProps } from '../../../src/reconcilers/ingress/distribution-form.ts';
import { distribution } from '../../../src/reconcilers/ingress/distribution.ts';
import { listener } from '../../../src/reconcilers/ingress/listener.ts';
import { validationRecord } from '../../../src/reconcilers/ingress/validation-record.ts';
import { openAccount, type SandboxAccount } from '../../sandbox-account.ts';
import { assertEmpty, printPlan, SandboxGateway, type Declared } from '../../sandbox-gateway.ts';
import { addEnds } from './load-balancers.ts';
import { addZone } from './zones.ts';

const bare: DistributionProps = {
  comment: 'own CloudFront Distribution',
  enabled: true,
  priceClass: 'PriceClass_100',
  origin: {
    id: 'mcp-gateway-alb',
    domainName: 'gateway-1.us-east-1.elb.amazonaws.com',
    protocolPolicy: 'http-only',
    httpPort: 80,
    httpsPort: 443,
    sslProtocols: ['TLSv1.2'],
    headers: {},
    readTimeout: 30,
    keepaliveTimeout: 5,
  },
  behavior: {
    viewerProtocolPolicy: 'redirect-to-https',
    allowedMethods: ['GET', 'HEAD'],
    cachedMethods: ['GET', 'HEAD'],
    compress: true,
    cachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
    originRequestPolicyId: '216adef6-5c7f-47e4-b989-5492eafa07d3',
  },
  aliases: [],
  geoRestriction: null,
  logging: null,
};

/** A certificate for the host, with the record that proves it. */
function addCertificate(graph: GraphBuilder, name: string, host: string): Input<string> {
  const hostedZoneId = addZone(graph, name, [host]);
  const made = graph.add(certificate, host, { region: 'us-east-1', domainName: host, alternativeNames: [] });
  graph.add(validationRecord, host, {
    hostedZoneId: hostedZoneId.ref('hostedZoneId'),
    host,
    recordName: made.ref(`validationName:${host}`),
    value: made.ref(`validationValue:${host}`),
  });
  return made.ref('certificateArn', { when: 'ready' });
}

const orphans = [certificate, validationRecord, distribution];

describe('what answers under host names of its own', () => {
  let account: SandboxAccount;
  let host: string;

  before(async () => {
    account = await openAccount();
    // An alias belongs to one distribution of all accounts.
    host = `${createHash('sha256').update(account.accountId).digest('hex').slice(0, 12)}.own.example.com`;
  });

  const distributed = (gateway: SandboxGateway, named: boolean | undefined): Declared =>
    gateway.declare((graph) => {
      const certificateArn = addCertificate(graph, 'own', host);
      if (named === undefined) return;
      graph.add(distribution, 'main', {
        ...bare,
        comment: `${gateway.name} CloudFront Distribution`,
        ...(named && { aliases: [host], certificateArn, minimumTls: 'TLSv1.2_2021' as const }),
      });
    }, orphans);

  test('a distribution waits for its certificate, and gives name and certificate up again', async () => {
    const gateway = new SandboxGateway(account, { name: 'own' });
    for (const named of [true, false, true]) {
      await gateway.apply(distributed(gateway, named));
      assertEmpty(await gateway.plan(distributed(gateway, named)));
    }
  });

  test('a name that another distribution has is told with what has it', async () => {
    const second = new SandboxGateway(account, { name: 'second' });
    const { result, failures } = await second.attempt(distributed(second, true));
    assert.equal(result, 'failed');
    const [failure] = failures;
    assert.equal(failure?.error.code, 'CNAMEAlreadyExists');
    assert.match(
      failure.error.message,
      new RegExp(`the distribution E\\w+ of this account has ${host}: take the name`),
    );
  });

  test('a name that another account has is told as well', async () => {
    const elsewhere = new SandboxGateway(await openAccount(), { name: 'own' });
    const { failures } = await elsewhere.attempt(distributed(elsewhere, true));
    assert.match(failures[0]?.error.message ?? '', new RegExp(`a distribution of another account has ${host}`));
  });

  test('a distribution that goes gives its name back', async () => {
    const gateway = new SandboxGateway(account, { name: 'own' });
    await gateway.apply(distributed(gateway, undefined));
    const second = new SandboxGateway(account, { name: 'second' });
    await second.apply(distributed(second, true));
  });

  test('a listener takes up HTTPS, changes its policy and goes back, all in place', async () => {
    const gateway = new SandboxGateway(account, { name: 'third' });
    const declare = (sslPolicy?: string): Declared =>
      gateway.declare((graph) => {
        const certificateArn = addCertificate(graph, 'own', host);
        const { balancer, web } = addEnds(graph, gateway.name);
        graph.add(listener, 'main-8888', {
          loadBalancerArn: balancer.ref('loadBalancerArn'),
          port: 8888,
          protocol: sslPolicy === undefined ? 'HTTP' : 'HTTPS',
          ...(sslPolicy !== undefined && { certificateArn, sslPolicy }),
          action: { type: 'forward', targetGroupArn: web.ref('targetGroupArn') },
        });
      }, orphans);
    await gateway.apply(declare());
    for (const policy of ['ELBSecurityPolicy-TLS13-1-2-2021-06', 'ELBSecurityPolicy-TLS13-1-3-2021-06', undefined]) {
      const plan = await gateway.plan(declare(policy));
      assert.deepEqual(
        plan.steps.map((step) => [step.action, step.node]),
        [['update', 'Listener/main-8888']],
        printPlan(plan),
      );
      await gateway.apply(declare(policy));
      assertEmpty(await gateway.plan(declare(policy)));
    }
  });
});
