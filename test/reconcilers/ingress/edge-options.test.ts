import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Graph } from '../../../src/engine/graph.ts';
import { resolve } from '../../../src/engine/ref.ts';
import { declare } from '../../../src/reconcilers/index.ts';
import { wafRules } from '../../../src/reconcilers/ingress/waf-rules.ts';
import { fromRule, toRule } from '../../../src/reconcilers/ingress/web-acl-rule.ts';
import { oddGatewayOf, withSpec } from '../../spec/given.ts';

type Data = Record<string, unknown>;

const domain = { base: 'example.com' };

const declared = (ingress: Data, spec: Data = {}): Graph =>
  declare(oddGatewayOf(withSpec({ ...spec, ingress })), new Map()).graph;

/** The props of a node, with the values of other nodes as `<node>.<output>`. */
const propsOf = (graph: Graph, id: string): Data =>
  resolve(graph.nodes.get(id)?.props ?? {}, ({ $ref, output }) => `${$ref}.${output}`) as Data;

const idsOf = (graph: Graph, kind: string): readonly string[] =>
  [...graph.nodes.keys()].filter((id) => id.startsWith(`${kind}/`)).sort();

describe('internal load balancers', () => {
  const internal = { registryScheme: 'internal', keycloakScheme: 'internal' };

  test('CloudFront reaches them by a way into the VPC, and waits for it', () => {
    const graph = declared({ mode: 'cloudfront', keycloakScheme: 'internal' });
    assert.deepEqual(idsOf(graph, 'VpcOrigin'), ['VpcOrigin/keycloak']);
    assert.deepEqual(propsOf(graph, 'VpcOrigin/keycloak'), {
      name: 'mcp-gateway-keycloak-origin',
      loadBalancerArn: 'LoadBalancer/keycloak.loadBalancerArn',
      protocolPolicy: 'http-only',
      httpPort: 80,
      httpsPort: 443,
      sslProtocols: ['TLSv1.2'],
    });
    assert.deepEqual(propsOf(graph, 'Distribution/keycloak')['origin'], {
      id: 'keycloak-alb',
      domainName: 'LoadBalancer/keycloak.dnsName',
      headers: { 'X-Forwarded-Proto': 'https', 'X-Cloudfront-Forwarded-Proto': 'https' },
      readTimeout: 30,
      keepaliveTimeout: 5,
      vpcOriginId: 'VpcOrigin/keycloak.vpcOriginId',
    });
  });

  test('every mode with CloudFront has one for each, the others have none', () => {
    const wanted = ['VpcOrigin/keycloak', 'VpcOrigin/registry'];
    for (const mode of [
      { mode: 'cloudfront' },
      { mode: 'cloudfront-custom-domain', domain },
      { mode: 'cloudfront-custom-domain', entry: 'dual', domain },
    ])
      assert.deepEqual(idsOf(declared({ ...mode, ...internal }), 'VpcOrigin'), wanted);
    for (const mode of [{ mode: 'custom-domain', domain }, { mode: 'development' }])
      assert.deepEqual(idsOf(declared({ ...mode, ...internal }), 'VpcOrigin'), []);
  });
});

test('the oldest TLS that is taken holds for certificates of CloudFront and of load balancers', () => {
  const graph = declared({ mode: 'cloudfront-custom-domain', entry: 'dual', domain, minimumTls: 'TLSv1.3' });
  assert.equal(propsOf(graph, 'Listener/registry-443')['sslPolicy'], 'ELBSecurityPolicy-TLS13-1-3-2021-06');
  const via = declared({ mode: 'cloudfront-custom-domain', domain, minimumTls: 'TLSv1.3' });
  assert.equal(propsOf(via, 'Distribution/registry')['minimumTls'], 'TLSv1.3_2025');
  assert.equal(propsOf(via, 'Listener/keycloak-443')['sslPolicy'], 'ELBSecurityPolicy-TLS13-1-3-2021-06');
});

describe('access logs', () => {
  const accessLogs = { enabled: true };

  test('each load balancer and each distribution writes below a folder of its own', () => {
    const graph = declared({ mode: 'cloudfront', accessLogs });
    assert.deepEqual(propsOf(graph, 'LoadBalancer/keycloak')['accessLogs'], {
      bucketName: 'Bucket/load-balancer-logs.bucketName',
      prefix: 'keycloak-alb',
    });
    assert.deepEqual(propsOf(graph, 'Distribution/registry')['logging'], {
      bucket: 'Bucket/cloudfront-logs.domainName',
      prefix: 'mcp-gateway/',
    });
    assert.equal(
      propsOf(graph, 'Bucket/load-balancer-logs')['bucketName'],
      'mcp-gateway-us-east-1-123456789012-alb-logs',
    );
    assert.equal(
      propsOf(graph, 'Bucket/cloudfront-logs')['bucketName'],
      'ai-registry-us-east-1-123456789012-cloudfront-logs',
    );
  });

  test('there is no bucket that nobody writes to', () => {
    const balancers = ['Bucket/load-balancer-logs'];
    assert.deepEqual(idsOf(declared({ mode: 'development', accessLogs }), 'Bucket'), balancers);
    const far = declared({ mode: 'cloudfront', accessLogs }, { region: 'af-south-1' });
    assert.deepEqual(idsOf(far, 'Bucket'), balancers);
    assert.equal(propsOf(far, 'Distribution/registry')['logging'], null);
    assert.deepEqual(idsOf(declared({ mode: 'cloudfront' }), 'Bucket'), []);
  });
});

describe('firewalls', () => {
  const waf = { enabled: true };
  const rulesOf = (graph: Graph) =>
    (propsOf(graph, 'WebAcl/registry')['rules'] as readonly { readonly Name: string }[]).map(({ Name }) => Name);

  test('one stands before each load balancer, and its log leaves tokens out', () => {
    const graph = declared({ mode: 'custom-domain', domain, waf });
    for (const front of ['registry', 'keycloak']) {
      assert.deepEqual(propsOf(graph, `WebAclAssociation/${front}`), {
        loadBalancerArn: `LoadBalancer/${front}.loadBalancerArn`,
        webAclArn: `WebAcl/${front}.webAclArn`,
      });
      assert.deepEqual(propsOf(graph, `WebAclLogging/${front}`), {
        webAclArn: `WebAcl/${front}.webAclArn`,
        logGroupArn: `LogGroup/waf-${front}.arn`,
        redactedHeaders: ['authorization'],
      });
    }
    // The firewall of AWS writes to no log group of another name.
    assert.equal(propsOf(graph, 'LogGroup/waf-keycloak')['logGroupName'], 'aws-waf-logs-mcp-gateway-keycloak');
  });

  test('who comes through CloudFront is counted by the address that CloudFront tells', () => {
    const five = ['common', 'common-registration', 'known-bad-inputs', 'per-address', 'all-requests'];
    assert.deepEqual(rulesOf(declared({ mode: 'custom-domain', domain, waf })), five);
    const six = five.toSpliced(4, 0, 'per-viewer');
    assert.deepEqual(rulesOf(declared({ mode: 'cloudfront', waf })), six);
    assert.deepEqual(rulesOf(declared({ mode: 'cloudfront-custom-domain', entry: 'dual', domain, waf })), six);
  });

  test('a rule comes back from AWS as it was sent', () => {
    for (const rule of wafRules({ requestsPerAddress: 100, requests: 2000 }, true))
      assert.deepEqual(toRule(fromRule(rule)), rule);
    const [first] = wafRules({ requestsPerAddress: 100, requests: 2000 }, false);
    assert.ok(first);
    const searched = fromRule(first).Statement?.ManagedRuleGroupStatement?.ScopeDownStatement?.NotStatement?.Statement;
    assert.deepEqual(
      searched?.OrStatement?.Statements?.map(({ ByteMatchStatement }) =>
        Buffer.from(ByteMatchStatement?.SearchString ?? []).toString(),
      ),
      ['/realms/mcp-gateway/clients-registrations/', '/admin/realms/mcp-gateway/clients'],
    );
  });
});
