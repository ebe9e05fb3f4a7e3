import { ChangeResourceRecordSetsCommand, ListHostedZonesByNameCommand } from '@aws-sdk/client-route-53';
import {
  AuthorizeSecurityGroupIngressCommand,
  DescribeManagedPrefixListsCommand,
  RevokeSecurityGroupIngressCommand,
  type IpPermission,
} from '@aws-sdk/client-ec2';
import {
  CreateListenerCommand,
  CreateRuleCommand,
  ModifyListenerCommand,
  type Action,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { RequestCertificateCommand, DescribeCertificateCommand } from '@aws-sdk/client-acm';
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { must } from '../../src/engine/errors.ts';
import { liveOf } from '../../src/engine/snapshot.ts';
import { createWeb, type Web } from '../../src/outside/http.ts';
import { distribution } from '../../src/reconcilers/ingress/distribution.ts';
import type { DistributionProps } from '../../src/reconcilers/ingress/distribution-form.ts';
import { addEnds } from '../reconcilers/ingress/load-balancers.ts';
import { openAccount, proxyOf, testTiming } from '../sandbox-account.ts';
import { SandboxGateway, type Declared } from '../sandbox-gateway.ts';

const account = await openAccount();
const gateway = new SandboxGateway(account);
const { aws } = gateway;
const web = aws.web;

const registry = 'registry.example.com';
const everybody = [{ CidrIp: '0.0.0.0/0' }];

/** How an address answers, in one word or a few. */
async function said(url: string, via?: string, by: Web = web): Promise<string> {
  const answer = await by.ask({ url, ...(via !== undefined && { via }) });
  if ('failure' in answer) return answer.failure;
  const { location, server } = answer.headers;
  return [answer.status, location, server].filter((part) => part !== undefined).join(' ');
}

/** Asks until it is so; what is not so within some seconds never will be. */
async function becomes(wanted: string, ask: () => Promise<string>): Promise<void> {
  let last = '';
  for (let i = 0; i < 100 && last !== wanted; i += 1) {
    last = await ask();
    if (last !== wanted) await sleep(100);
  }
  assert.equal(last, wanted);
}

const fixed = (StatusCode: string): Action[] => [
  { Type: 'fixed-response', FixedResponseConfig: { StatusCode, ContentType: 'text/plain' } },
];

describe('the way in', () => {
  let door: string;
  let loadBalancerArn: string;
  let entry: string;
  let listenerArn: string;
  let targetGroupArn: string;
  let declared: Declared;

  before(async () => {
    declared = gateway.declare((graph) => void addEnds(graph, 'own'));
    const { snapshot } = await gateway.apply(declared);
    const output = (kind: string, name: string, field: string): string =>
      String(liveOf(snapshot, kind).find((live) => live.name === name)?.outputs[field]);
    door = output('LoadBalancer', 'main', 'dnsName');
    loadBalancerArn = output('LoadBalancer', 'main', 'loadBalancerArn');
    entry = output('SecurityGroup', 'entry', 'groupId');
    targetGroupArn = output('TargetGroup', 'web', 'targetGroupArn');
    const elb = await aws.elbv2();
    const { Listeners } = await elb.send(
      new CreateListenerCommand({
        LoadBalancerArn: loadBalancerArn,
        Port: 80,
        Protocol: 'HTTP',
        DefaultActions: fixed('200'),
      }),
    );
    listenerArn = must(Listeners?.[0]?.ListenerArn, 'listener');
  });

  const rule = (peer: IpPermission) => ({
    GroupId: entry,
    IpPermissions: [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 443, ...peer }],
  });
  const letIn = async (peer: IpPermission): Promise<void> => {
    const ec2 = await aws.ec2();
    await ec2.send(new AuthorizeSecurityGroupIngressCommand(rule(peer)));
  };

  test('names that nobody has are not found, and another account has none of ours', async () => {
    assert.equal(await said(`http://${registry}/`), 'no-name');
    const stranger = createWeb({ proxy: proxyOf('999999999999'), timing: testTiming });
    assert.equal(await said(`http://${door}/`, undefined, stranger), 'no-name');
  });

  test('a load balancer lets in whom its security groups let in', async () => {
    assert.equal(await said(`http://${door}/`), 'timeout');
    await letIn({ IpRanges: [{ CidrIp: '198.51.100.0/24' }] });
    assert.equal(await said(`http://${door}/`), 'timeout');
    const other = createWeb({ proxy: proxyOf(account.accountId, '198.51.100.9'), timing: testTiming });
    assert.equal(await said(`http://${door}/`, undefined, other), '200 awselb/2.0');
    await letIn({ IpRanges: everybody });
    assert.equal(await said(`http://${door}/`), '200 awselb/2.0');
    assert.equal(await said(`https://${door}/`), 'refused');
  });

  test('rules are asked in order, and a group without targets has nobody to send to', async () => {
    const elb = await aws.elbv2();
    const redirect = { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_302' } as const;
    await elb.send(
      new CreateRuleCommand({
        ListenerArn: listenerArn,
        Priority: 20,
        Conditions: [{ Field: 'path-pattern', Values: ['/old/*'] }],
        Actions: [{ Type: 'redirect', RedirectConfig: redirect }],
      }),
    );
    await elb.send(
      new CreateRuleCommand({
        ListenerArn: listenerArn,
        Priority: 10,
        Conditions: [{ Field: 'host-header', Values: ['*.example.com'] }],
        Actions: [{ Type: 'forward', TargetGroupArn: targetGroupArn }],
      }),
    );
    assert.equal(await said(`http://${door}/old/a?b=c`), `302 https://${door}:443/old/a?b=c awselb/2.0`);
    assert.equal(await said(`http://${registry}/old/a`, door), '503 awselb/2.0');
    assert.equal(await said(`http://${door}/`), '200 awselb/2.0');
  });

  async function record(name: string, target: string, zone: string): Promise<void> {
    const route53 = await aws.route53();
    const { HostedZones } = await route53.send(new ListHostedZonesByNameCommand({ DNSName: 'example.com' }));
    const AliasTarget = { DNSName: target, HostedZoneId: zone, EvaluateTargetHealth: false };
    const ResourceRecordSet = { Name: name, Type: 'A', AliasTarget } as const;
    await route53.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: HostedZones?.[0]?.Id,
        ChangeBatch: { Changes: [{ Action: 'UPSERT', ResourceRecordSet }] },
      }),
    );
  }

  test('a record is there when its change has got about, and what it was is remembered for a while', async () => {
    await record('www.example.com', door, 'Z35SXDOTRQ7X7K');
    assert.equal(await said('http://www.example.com/'), 'no-name');
    await becomes('503 awselb/2.0', () => said('http://www.example.com/'));
    await record('www.example.com', 'nowhere.us-east-1.elb.amazonaws.com', 'Z35SXDOTRQ7X7K');
    assert.equal(
      await said('http://www.example.com/'),
      '503 awselb/2.0',
      'the old one until the new one is everywhere',
    );
    await becomes('no-name', () => said('http://www.example.com/'));
  });

  async function certificate(): Promise<string> {
    const acm = await aws.acm();
    const { CertificateArn } = await acm.send(
      new RequestCertificateCommand({ DomainName: registry, ValidationMethod: 'DNS' }),
    );
    const look = async () => (await acm.send(new DescribeCertificateCommand({ CertificateArn }))).Certificate;
    await becomes('known', async () =>
      (await look())?.DomainValidationOptions?.[0]?.ResourceRecord === undefined ? '' : 'known',
    );
    const proof = must((await look())?.DomainValidationOptions?.[0]?.ResourceRecord, 'record');
    const route53 = await aws.route53();
    const { HostedZones } = await route53.send(new ListHostedZonesByNameCommand({ DNSName: 'example.com' }));
    const ResourceRecordSet = {
      Name: proof.Name,
      Type: proof.Type,
      TTL: 60,
      ResourceRecords: [{ Value: proof.Value }],
    };
    await route53.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: HostedZones?.[0]?.Id,
        ChangeBatch: { Changes: [{ Action: 'UPSERT', ResourceRecordSet }] },
      }),
    );
    await becomes('ISSUED', async () => (await look())?.Status ?? '');
    return must(CertificateArn, 'certificate');
  }

  test('HTTPS has the names of the certificate, and no others', async () => {
    const elb = await aws.elbv2();
    const CertificateArn = await certificate();
    await elb.send(
      new CreateListenerCommand({
        LoadBalancerArn: loadBalancerArn,
        Port: 443,
        Protocol: 'HTTPS',
        Certificates: [{ CertificateArn }],
        DefaultActions: fixed('204'),
      }),
    );
    assert.equal(await said(`https://${registry}/`, door), '204 awselb/2.0');
    assert.equal(await said('https://www.example.com/', door), 'certificate');
  });

  const distributionProps: Omit<DistributionProps, 'origin'> = {
    comment: 'traffic',
    enabled: true,
    priceClass: 'PriceClass_100',
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

  test('CloudFront answers when it is everywhere, for its own name, and asks its origin from its own addresses', async () => {
    const props: DistributionProps = {
      ...distributionProps,
      origin: {
        id: 'own-alb',
        domainName: door,
        protocolPolicy: 'http-only',
        httpPort: 80,
        httpsPort: 443,
        sslProtocols: ['TLSv1.2'],
        headers: { 'X-From-Cloudfront': 'https' },
        readTimeout: 30,
        keepaliveTimeout: 5,
      },
    };
    const made = await distribution.create?.(
      { env: aws, node: { id: 'Distribution/main', name: 'main', tags: {} }, token: 'traffic', live: () => [] },
      props,
    );
    const host = must(made?.outputs.domainName, 'domain name');
    assert.equal(await said(`https://${host}/`), 'no-name', 'not before it is everywhere');
    await becomes('200 awselb/2.0', () => said(`https://${host}/`));
    assert.equal(await said(`http://${host}/a?b=c`), `301 https://${host}/a?b=c CloudFront`);
    assert.equal(await said(`https://${registry}/`, host), 'certificate');
    assert.equal(await said(`http://${registry}/`, host), '403 CloudFront');

    const ec2 = await aws.ec2();
    await ec2.send(new RevokeSecurityGroupIngressCommand(rule({ IpRanges: everybody })));
    assert.equal(await said(`https://${host}/`), '504 CloudFront');
    const { PrefixLists } = await ec2.send(
      new DescribeManagedPrefixListsCommand({
        Filters: [{ Name: 'prefix-list-name', Values: ['com.amazonaws.global.cloudfront.origin-facing'] }],
      }),
    );
    const PrefixListId = PrefixLists?.[0]?.PrefixListId;
    await letIn({ PrefixListIds: [{ PrefixListId }] });
    assert.equal(await said(`https://${host}/`), '200 awselb/2.0');
    assert.equal(await said(`http://${door}/`), 'timeout');

    const elb = await aws.elbv2();
    await elb.send(
      new CreateRuleCommand({
        ListenerArn: listenerArn,
        Priority: 5,
        Conditions: [
          { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'x-from-cloudfront', Values: ['https'] } },
        ],
        Actions: fixed('418'),
      }),
    );
    assert.equal(await said(`https://${host}/`), '418 awselb/2.0', 'with the headers of the origin');
    await elb.send(new ModifyListenerCommand({ ListenerArn: listenerArn, Port: 81 }));
    assert.equal(await said(`https://${host}/`), '502 CloudFront');
  });
});
