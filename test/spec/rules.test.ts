import assert from 'node:assert/strict';
import test from 'node:test';
import { check, least, sayings, withMore, withSpec } from './given.ts';

/** What a manifest has more than the least one, and every problem that it has for it. */
type Case = readonly [title: string, text: string, ...problems: readonly string[]];

const service = (fields: object): string => withSpec({ services: { registry: fields } });
const ingress = (fields: object): string => withSpec({ ingress: fields });
const aurora = (fields: object): string => withSpec({ databases: { keycloak: fields } });
const documentDb = (fields: object): string => withSpec({ databases: { registry: fields } });
const named = (name: string): string => withMore({ metadata: { name } });

const cases: readonly Case[] = [
  ['the least manifest is enough', least],

  [
    'a name that AWS keeps for itself is refused',
    named('internal-tools'),
    'metadata.name: "internal-tools" begins with "internal-", which AWS keeps for itself',
  ],
  [
    'two hyphens in a name are refused',
    named('mcp--gateway'),
    'metadata.name: "mcp--gateway" has two hyphens in a row, which load balancers refuse; write "mcp-gateway"',
  ],
  [
    'a later line of images is not built yet',
    withSpec({ release: '1.29' }),
    'spec.release: release "1.29" is not built yet; use "1.0"',
  ],
  [
    'tags that others set are refused',
    withSpec({ tags: { 'aws:x': 'a', 'mcpgw:node': 'b', Name: 'c', team: 'd' } }),
    'spec.tags["aws:x"]: the tag "aws:x" is set by AWS alone; choose another',
    'spec.tags["mcpgw:node"]: the tag "mcpgw:node" is set by this controller alone; choose another',
    'spec.tags.Name: the tag "Name" is set by this controller alone; choose another',
  ],
  [
    'more than 40 tags are refused',
    withSpec({ tags: Object.fromEntries(Array.from({ length: 41 }, (_, index) => [`t${index}`, 'x'])) }),
    'spec.tags: takes at most 40',
  ],

  [
    'a mode with names of its own needs a domain',
    ingress({ mode: 'custom-domain' }),
    'spec.ingress: mode "custom-domain" needs a domain of your own; write domain: { base: <the domain of a public hosted zone in this account> }',
  ],
  [
    'one problem of the ways in hides no other',
    withSpec({
      ingress: { mode: 'development', domain: { base: 'mycorp.click' }, sessionCookie: { secure: true } },
      network: { cidr: '10.0.0.0/8' },
    }),
    'warning spec.ingress.mode: passwords and sessions go over the network without HTTPS; use it for trying things out alone',
    'spec.ingress.domain: mode "development" has the host names of its load balancers alone; leave it out, or use mode "custom-domain"',
    'spec.ingress.domain.base: "mycorp.click" was never replaced; write your own value',
    'spec.ingress.sessionCookie.secure: a browser does not send the cookie back without HTTPS, so nobody could stay signed in; leave it out',
    'spec.network.cidr: a VPC is /16 at most; got /8; write "10.0.0.0/16"',
  ],
  [
    'host names belong to the zone, are two, and fit into a certificate',
    ingress({
      mode: 'custom-domain',
      domain: { base: 'example.com', registry: 'registry.example.org', keycloak: `${'k'.repeat(60)}.example.com` },
    }),
    `spec.ingress.domain.registry: "registry.example.org" does not belong to the zone "example.com"; write a name that ends in ".example.com"`,
    `spec.ingress.domain.keycloak: "${'k'.repeat(60)}.example.com" has 72 characters, and a certificate's name at most 64; name keycloak by itself under domain`,
  ],
  [
    'two halves of one name are refused',
    ingress({
      mode: 'custom-domain',
      domain: { base: 'example.com', registry: 'a.example.com', keycloak: 'a.example.com' },
    }),
    'spec.ingress.domain: registry and Keycloak have the same host name, "a.example.com"; give each a name of its own',
  ],
  [
    'a cookie for another domain, and one for two ways in, are refused',
    ingress({ mode: 'custom-domain', domain: { base: 'example.com' }, sessionCookie: { domain: '.example.org' } }),
    'spec.ingress.sessionCookie.domain: browsers refuse a cookie for ".example.org" on registry.us-east-1.example.com; leave it out',
  ],
  [
    'two ways in are a warning, and their cookie belongs to the host',
    ingress({
      mode: 'cloudfront-custom-domain',
      entry: 'dual',
      domain: { base: 'example.com' },
      sessionCookie: { domain: '.example.com' },
    }),
    'warning spec.ingress.entry: people can enter by two names, and who enters by the one is not signed in at the other; Keycloak itself shows the custom one alone; use "via-cloudfront" unless both are needed',
    'spec.ingress.sessionCookie.domain: browsers refuse a cookie for ".example.com" on a host of cloudfront.net; leave it out',
  ],
  [
    'CloudFront reaches internal load balancers, which everyone in the VPC may call',
    ingress({ keycloakScheme: 'internal', registryScheme: 'internal', allowedCidrs: ['0.0.0.0/0'] }),
  ],
  [
    'a name of its own beside CloudFront is of little use on an internal load balancer',
    ingress({
      mode: 'cloudfront-custom-domain',
      entry: 'dual',
      domain: { base: 'example.com' },
      registryScheme: 'internal',
    }),
    'warning spec.ingress.entry: people can enter by two names, and who enters by the one is not signed in at the other; Keycloak itself shows the custom one alone; use "via-cloudfront" unless both are needed',
    'warning spec.ingress.registryScheme: the name of your own leads past CloudFront, so it answers inside the VPC alone; use entry "via-cloudfront"',
  ],
  [
    'what only CloudFront can do has no effect without it',
    ingress({
      mode: 'custom-domain',
      domain: { base: 'example.com' },
      geoRestriction: { type: 'deny', countries: ['AQ'] },
      originTimeouts: { read: 60 },
    }),
    'warning spec.ingress.geoRestriction: has no effect in mode "custom-domain", which has no CloudFront; leave it out',
    'warning spec.ingress.originTimeouts: has no effect in mode "custom-domain", which has no CloudFront; leave it out',
  ],
  [
    'the certificate of cloudfront.net has its own version of TLS',
    ingress({ minimumTls: 'TLSv1.3' }),
    'warning spec.ingress.minimumTls: has no effect in mode "cloudfront": the certificate of cloudfront.net has a rule of its own; leave it out',
  ],
  [
    'one address may not send more than all together',
    ingress({ waf: { enabled: true, requestsPerAddress: 3000 } }),
    'spec.ingress.waf.requestsPerAddress: is more than all together may send, which is 2000; raise waf.requests',
  ],
  [
    'where CloudFront writes to no bucket, only the load balancers write',
    withSpec({ region: 'af-south-1', ingress: { accessLogs: { enabled: true } } }),
    "warning spec.ingress.accessLogs: CloudFront writes to no bucket in af-south-1: only the load balancers' requests are logged",
  ],
  [
    'CloudFront alone has no domain of its own, and its cookies belong to one host',
    ingress({ domain: { base: 'example.com' }, sessionCookie: { domain: '.example.com', secure: false } }),
    'spec.ingress.domain: mode "cloudfront" has host names of CloudFront alone; leave it out, or use mode "cloudfront-custom-domain"',
    'spec.ingress.sessionCookie.domain: browsers refuse a cookie for ".example.com" on a host of cloudfront.net; leave it out',
    'warning spec.ingress.sessionCookie.secure: the session cookie would also be sent without HTTPS, and CloudFront always has HTTPS; leave it out',
  ],
  [
    'an entry without effect is a warning',
    ingress({ entry: 'dual' }),
    'warning spec.ingress.entry: has no effect but in mode "cloudfront-custom-domain"; leave it out',
  ],
  [
    'a partition without public CloudFront is refused',
    withSpec({ region: 'us-gov-west-1' }),
    'spec.region: mode "cloudfront" is not built for us-gov-west-1, which has no CloudFront of the public partition',
  ],
  [
    'a range that is open to everyone is a warning',
    ingress({ allowedCidrs: ['0.0.0.0/0'] }),
    'warning spec.ingress.allowedCidrs[0]: everyone may reach the load balancers directly, past CloudFront and without HTTPS; name the ranges of your own network, for example "203.0.113.7/32"',
  ],
  [
    'ranges that are none are refused',
    ingress({ allowedCidrs: ['10.0.0.300/32', '10.0.0.1/24', '10.0.0.0/33', '10.0.0.0'] }),
    'spec.ingress.allowedCidrs[0]: "10.0.0.300/32" is not an IPv4 range; for example "203.0.113.7/32"',
    'spec.ingress.allowedCidrs[1]: "10.0.0.1/24" does not begin where its range begins; write "10.0.0.0/24"',
    'spec.ingress.allowedCidrs[2]: "10.0.0.0/33" is not an IPv4 range; for example "203.0.113.7/32"',
    'spec.ingress.allowedCidrs[3]: "10.0.0.0" does not fit: IPv4 ranges that may reach the load balancers directly; for example "203.0.113.7/32"',
  ],

  [
    'a VPC that is too small for its subnets is refused',
    withSpec({ network: { cidr: '10.0.0.0/20' } }),
    'spec.network.cidr: the first public subnet would be 10.0.3.0/28, and a load balancer needs a /27: a public subnet is a 256th of the VPC; use /19 or larger, best a /16',
  ],
  [
    'a VPC in which no subnet fits is refused',
    withSpec({ network: { cidr: '10.0.0.0/26' } }),
    'spec.network.cidr: no subnet fits a /26: a public subnet is a 256th of the VPC; use /19 or larger, best a /16',
  ],
  [
    'a VPC that does not begin where its range begins is refused',
    withSpec({ network: { cidr: '10.1.2.0/16' } }),
    'spec.network.cidr: "10.1.2.0/16" does not begin where its range begins; write "10.1.0.0/16"',
  ],
  [
    'a VPC with addresses of the internet is a warning',
    withSpec({ network: { cidr: '8.8.0.0/16' } }),
    'warning spec.network.cidr: "8.8.0.0/16" is not private: hosts of the internet with these addresses cannot be reached; for example "10.0.0.0/16"',
  ],
  [
    'the smallest VPC and the last private ranges are fine',
    withSpec({ network: { cidr: '172.31.224.0/19', zones: 3 } }),
  ],
  [
    'settings beside an existing network are named',
    withSpec({
      network: {
        zones: 3,
        existing: {
          vpcId: 'vpc-0123456789abcdef0',
          publicSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
          privateSubnetIds: ['subnet-0123456789abcdef2', 'subnet-0123456789abcdef1'],
          natIps: ['198.51.100.700'],
        },
      },
    }),
    'warning spec.network.zones: has no effect beside spec.network.existing; leave it out',
    'spec.network.existing.privateSubnetIds[1]: subnet-0123456789abcdef1 is among the public subnets too',
    'spec.network.existing.natIps[0]: "198.51.100.700" is not an IPv4 address',
  ],

  [
    'memory that Fargate does not have for a CPU is refused with what it has',
    service({ cpu: 1024, memory: 1024 }),
    'spec.services.registry: cpu 1024 goes with 2048 to 8192 MiB of memory on Fargate; got 1024; write memory: 2048',
  ],
  [
    'a CPU alone is judged with the memory that is there by default',
    service({ cpu: 4096 }),
    'spec.services.registry: cpu 4096 goes with 8192 to 30720 MiB of memory on Fargate; got 2048; write memory: 8192',
  ],
  [
    'memory between two steps is refused with the steps',
    service({ cpu: 16384, memory: 34816 }),
    'spec.services.registry: cpu 16384 goes with 32768 to 122880 MiB of memory in steps of 8192 on Fargate; got 34816; write memory: 40960',
  ],
  ['the smallest task is fine', service({ cpu: 256, memory: 512 })],
  [
    'fewer tasks than the most are wanted',
    service({ autoscaling: { min: 5 } }),
    'spec.services.registry.autoscaling.min: the fewest tasks, 5, are more than the most, 4',
  ],
  [
    'tasks outside of autoscaling are refused',
    service({ replicas: 6 }),
    'spec.services.registry.replicas: 6 is outside of autoscaling, 1 to 4, which would move it at once; raise autoscaling.max or turn autoscaling off',
  ],
  ['without autoscaling any number of tasks is fine', service({ replicas: 6, autoscaling: { enabled: false } })],
  [
    'secrets in the environment are refused, and what looks like one is a warning',
    service({ environment: { SECRET_KEY: 'x', GITHUB_TOKEN: 'y', LOG_LEVEL: 'DEBUG' } }),
    'spec.services.registry.environment.SECRET_KEY: SECRET_KEY is a secret that the controller sets; leave it out',
    'warning spec.services.registry.environment.GITHUB_TOKEN: GITHUB_TOKEN looks like a secret, and everyone who may see the task definition can read it',
  ],
  [
    'settings of a service that does not run are a warning',
    withSpec({ services: { grafana: { cpu: 512 } } }),
    'warning spec.services.grafana: has no effect while spec.observability.enabled is false',
  ],

  [
    'images of another account or region are warnings',
    withSpec({ images: { base: '999999999999.dkr.ecr.eu-west-1.amazonaws.com', registry: 'registry:7' } }),
    'warning spec.images.base: the images are in account 999999999999, the gateway in 123456789012; its tasks need permission to pull them from there',
    'warning spec.images.base: the images are in eu-west-1, the gateway in us-east-1; its tasks need permission to pull them from there',
  ],
  [
    'what is no image is refused',
    withSpec({
      images: {
        base: 'https://123456789012.dkr.ecr.us-east-1.amazonaws.com',
        registry: 'example.com/Registry:1',
        auth: 'example.com/auth:one:two',
        keycloak: 'localhost:5000/keycloak@sha256:12',
        mcpgw: `quay.io/team/mcpgw:1.0@sha256:${'0'.repeat(64)}`,
      },
    }),
    'spec.images.base: an image has no scheme; write "123456789012.dkr.ecr.us-east-1.amazonaws.com"',
    'spec.images.registry: "example.com/Registry:1" is not an image: names are lower-case; write "example.com/registry:1"',
    'spec.images.auth: "example.com/auth:one:two" is not an image; for example "<host>/<name>:<tag>"',
    'spec.images.keycloak: "localhost:5000/keycloak@sha256:12" is not an image; for example "<host>/<name>:<tag>"',
  ],

  [
    'capacity that Aurora does not have is refused',
    aurora({ minCapacity: 3.2, maxCapacity: 2 }),
    'spec.databases.keycloak.minCapacity: capacity goes in steps of 0.5 ACU; got 3.2; write 3',
  ],
  [
    'the least capacity above the most is refused',
    aurora({ minCapacity: 4 }),
    'spec.databases.keycloak.minCapacity: the least capacity, 4, is more than the most, 2',
  ],
  [
    'a proxy keeps a database from pausing',
    aurora({ minCapacity: 0 }),
    'warning spec.databases.keycloak.minCapacity: the database never pauses at 0 ACU while an RDS Proxy holds connections to it; write proxy: false, or a minCapacity of 0.5',
  ],
  [
    'an old version cannot pause',
    aurora({ minCapacity: 0, proxy: false, engineVersion: '15.4' }),
    'spec.databases.keycloak.minCapacity: Aurora PostgreSQL 15.4 cannot pause at 0 ACU; use 16.3, 15.7, 14.12, 13.15 or later, or a minCapacity of 0.5',
  ],
  ['a database without a proxy may pause', aurora({ minCapacity: 0, proxy: false })],
  [
    'user names of the engines are refused',
    withSpec({ databases: { keycloak: { username: 'rdsadmin' }, registry: { username: 'Admin' } } }),
    'spec.databases.keycloak.username: "rdsadmin" is a name that the database keeps for itself',
    'spec.databases.registry.username: "Admin" is a name that the database keeps for itself',
  ],
  [
    'a class that DocumentDB does not have is refused',
    documentDb({ instanceClass: 'db.t3.large' }),
    'spec.databases.registry.instanceClass: DocumentDB has no "db.t3.large"; write "db.t3.medium"',
  ],
  [
    'a class that is none is refused',
    documentDb({ instanceClass: 't3.medium' }),
    'spec.databases.registry.instanceClass: "t3.medium" does not fit: The class of each instance; for example "db.r6g.large"',
  ],
  [
    'provisioned throughput goes with its mode alone',
    withSpec({ files: { provisionedThroughput: 50 } }),
    'spec.files.provisionedThroughput: goes only with throughputMode "provisioned"; got "bursting"; write throughputMode: provisioned, or leave it out',
  ],

  [
    'dimensions that a model does not have are refused',
    withSpec({ embeddings: { provider: 'litellm', model: 'bedrock/amazon.titan-embed-text-v1' } }),
    'spec.embeddings.dimensions: the vectors of bedrock/amazon.titan-embed-text-v1 have 1536 dimensions; got 384; write 1536',
  ],
  [
    'a model that nobody knows may have any dimensions',
    withSpec({ embeddings: { model: 'team/own', dimensions: 100 } }),
  ],
  [
    'a model for litellm names its service, and local models need no key',
    withSpec({ embeddings: { provider: 'litellm', model: 'ada', apiKey: { env: 'KEY' } } }),
    'spec.embeddings.model: litellm needs the service before the model; got "ada"; for example "openai/text-embedding-ada-002"',
  ],
  [
    'Entra ID and federation need what belongs to them',
    withSpec({ security: { entra: { enabled: true, tenantId: 't' }, federation: { staticTokenEnabled: true } } }),
    'spec.security.entra.clientId: is missing: Entra ID is enabled',
    'spec.security.entra.clientSecret: is missing: Entra ID is enabled',
    'spec.security.federation.staticToken: is missing: staticTokenEnabled is true',
  ],
  [
    'settings without effect are warnings',
    withSpec({
      registry: { mode: 'skills-only' },
      security: { scan: { onRegistration: true } },
      observability: { alarms: { enabled: false, email: 'ops@example.com' } },
    }),
    'warning spec.registry.mode: a gateway has nothing to do for skills alone; write deploymentMode: registry-only',
    'warning spec.security.scan.onRegistration: has no effect while spec.security.scan.enabled is false',
    'warning spec.observability.alarms.email: has no effect while alarms are not enabled',
  ],
  [
    'an address that is none is refused',
    withSpec({ observability: { alarms: { email: 'ops at example' } } }),
    'spec.observability.alarms.email: "ops at example" does not fit: Who is told; the address has to be confirmed. By default nobody; for example "ops@example.com"',
  ],

  [
    'a secret has exactly one source',
    withSpec({
      keycloak: { adminPassword: { env: 'A', file: 'b' } },
      registry: { adminPassword: { key: 'password' } },
      databases: { keycloak: { password: { env: 'A', key: 'b' } }, registry: { password: {} } },
    }),
    'spec.keycloak.adminPassword: has 2 sources, env and file; keep one of them',
    'spec.registry.adminPassword: names no source; use { generate: true }, { env: NAME }, { file: path }, { secretArn: arn } or { ssmParameter: name }',
    'spec.databases.keycloak.password.key: goes only with secretArn',
    'spec.databases.registry.password: is empty; use { generate: true }, { env: NAME }, { file: path }, { secretArn: arn } or { ssmParameter: name }',
  ],
  [
    'a secret of another region is refused',
    withSpec({
      keycloak: { adminPassword: { secretArn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:a-AbCdEf' } },
    }),
    'spec.keycloak.adminPassword.secretArn: the secret is in eu-west-1, the gateway in us-east-1; replicate the secret to the region of the gateway',
  ],
  [
    'a secret of somebody else cannot be generated',
    withSpec({ embeddings: { apiKey: { generate: true } } }),
    'spec.embeddings.apiKey.generate: unknown field; use { env: NAME }, { file: path }, { secretArn: arn } or { ssmParameter: name }',
  ],
];

const ordered = (lines: readonly string[]): readonly string[] => [...lines].sort();

for (const [title, text, ...problems] of cases) {
  test(title, () => {
    assert.deepEqual(ordered(sayings(check(text).problems)), ordered(problems));
  });
}

test('a manifest with warnings alone still gives its gateway, one with an error does not', () => {
  assert.equal(check(ingress({ allowedCidrs: ['0.0.0.0/0'] })).gateways.length, 1);
  assert.equal(check(named('mcp--gateway')).gateways.length, 0);
});
