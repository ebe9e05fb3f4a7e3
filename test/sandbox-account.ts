import { randomInt } from 'node:crypto';
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@smithy/types';
import type { Aws } from '../src/aws/aws.ts';
import { createClients } from '../src/aws/clients.ts';
import type { CallListener } from '../src/aws/middleware.ts';
import { secretSources } from '../src/aws/secret-sources.ts';
import type { Dns } from '../src/outside/dns.ts';
import { createWeb, type Web } from '../src/outside/http.ts';
import { must } from '../src/engine/errors.ts';
import { systemClock, timeScale, timing } from '../src/engine/timing.ts';

/** Durations for tests: those of the product, much shorter unless `MCPGW_TIME_SCALE` says otherwise. */
export const testTiming = timing(process.env['MCPGW_TIME_SCALE'] === undefined ? 0.05 : timeScale(process.env));

export const REGION = 'us-east-1';

// The SDK reads it whenever a client is made. One process keeps to one sandbox; several files spread over all.
const endpoints = (process.env['MCPGW_TEST_ENDPOINTS'] ?? process.env['AWS_ENDPOINT_URL'] ?? '')
  .split(',')
  .filter((url) => url !== '');
const endpoint = endpoints[process.pid % Math.max(endpoints.length, 1)];
if (endpoint === undefined)
  throw new Error('no sandbox: start one with `npm run sandbox` and set AWS_ENDPOINT_URL to its address');
process.env['AWS_ENDPOINT_URL'] = endpoint;
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

// One for each endpoint, in the same order.
const proxies = (process.env['MCPGW_TEST_PROXIES'] ?? process.env['MCPGW_PROBE_PROXY'] ?? '')
  .split(',')
  .filter((url) => url !== '');
const proxy = proxies[process.pid % Math.max(proxies.length, 1)];
// Each knows the delegations of its own zones alone.
const nameServers = process.env['MCPGW_TEST_NAME_SERVERS']?.split(',');
if (nameServers !== undefined) process.env['MCPGW_DNS_SERVERS'] = nameServers[process.pid % nameServers.length];

/**
 * By which public addresses of a sandbox account are reached; undefined: they are not.
 *
 * @param client the address that asks; by default the one that the manifests of tests let in
 */
export function proxyOf(accountId: string, client = '203.0.113.7'): string | undefined {
  if (proxy === undefined) return undefined;
  const url = new URL(proxy);
  url.username = accountId;
  url.password = client;
  return url.href;
}

/** Names in the zone of every account that no other gateway has: one distribution of all accounts may have a name. */
export function freshDomain(): { readonly base: string; readonly registry: string; readonly keycloak: string } {
  const tail = randomInt(2 ** 40).toString(36);
  return { base: 'example.com', registry: `registry-${tail}.example.com`, keycloak: `kc-${tail}.example.com` };
}

/** An account of the sandbox that nobody else uses. */
export interface SandboxAccount {
  readonly accountId: string;
  readonly credentials: AwsCredentialIdentityProvider;
}

/** Opens a fresh account. */
export async function openAccount(): Promise<SandboxAccount> {
  const accountId = String(randomInt(100_000_000_000, 281_474_976_710_655)).slice(0, 12);
  const test: AwsCredentialIdentity = { accessKeyId: 'test', secretAccessKey: 'test' };
  const sts = await createClients({ region: REGION, credentials: async () => test, timing: testTiming }).sts();
  const { Credentials } = await sts.send(
    new sts.AssumeRoleCommand({ RoleArn: `arn:aws:iam::${accountId}:role/any`, RoleSessionName: 'test' }),
  );
  const { AccessKeyId, SecretAccessKey, SessionToken } = must(Credentials, 'Credentials');
  const credentials = {
    accessKeyId: must(AccessKeyId, 'AccessKeyId'),
    secretAccessKey: must(SecretAccessKey, 'SecretAccessKey'),
    sessionToken: must(SessionToken, 'SessionToken'),
  };
  return { accountId, credentials: async () => credentials };
}

const SILENCE: Dns = { nameServers: async () => undefined, caa: async () => undefined };

/** What a kind is given, for the gateway `name` of a region in this account. */
export function awsOf(
  { accountId, credentials }: SandboxAccount,
  options: {
    readonly name: string;
    readonly region?: string;
    readonly onCall?: CallListener;
    /** By default nobody answers. */
    readonly dns?: Dns;
    /** By default the public addresses of the account. */
    readonly web?: Web;
  },
): Aws {
  const { name, region = REGION, onCall, dns = SILENCE } = options;
  const clients = createClients({ region, credentials, timing: testTiming, ...(onCall !== undefined && { onCall }) });
  return {
    ...clients,
    region,
    accountId,
    partition: 'aws',
    caller: `arn:aws:sts::${accountId}:assumed-role/any/test`,
    owner: `${region}/${name}`,
    sources: secretSources(process.env, process.cwd(), {
      secretValue: async () => undefined,
      parameterValue: async () => undefined,
    }),
    dns,
    web: options.web ?? createWeb({ proxy: proxyOf(accountId), timing: testTiming }),
    clock: systemClock,
    timing: testTiming,
  };
}

/** The same account for somebody whom AWS answers with this error alone. */
export function refused(account: SandboxAccount, error: string): SandboxAccount {
  return {
    ...account,
    credentials: () => Promise.reject(Object.assign(new Error(`not now: ${error}`), { name: error })),
  };
}
