import { stalled } from '../engine/errors.ts';
import { systemClock, type Timing } from '../engine/timing.ts';
import { createDns } from '../outside/dns.ts';
import { createWeb } from '../outside/http.ts';
import type { Aws } from './aws.ts';
import type { Clients } from './clients.ts';
import { Connections, type Access } from './connections.ts';
import { codeOf, orUndefined, toReconcileError } from './errors.ts';
import type { CallListener } from './middleware.ts';
import { secretSources } from './secret-sources.ts';

export interface ConnectOptions {
  readonly region: string;
  /** The account that the manifest names; any other is refused before the first write. */
  readonly accountId: string;
  readonly access: Access | undefined;
  readonly owner: string;
  /** Shared with other gateways; by default this one has its own. */
  readonly connections?: Connections;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where relative names of secret files start. */
  readonly directory: string;
  readonly timing: Timing;
  readonly onCall?: CallListener;
}

/** Connects to the account of the manifest, with the credentials that the AWS CLI would use or by the manifest's role. */
export async function connect(options: ConnectOptions): Promise<Aws> {
  const clients = await (options.connections ?? new Connections()).get(options);
  const caller = await identify(clients, options);
  if (caller.accountId !== options.accountId)
    throw stalled(
      'WrongAccount',
      `the manifest is for account ${options.accountId}, but these credentials belong to ${caller.accountId} (${caller.arn}); nothing was changed`,
    );
  return {
    ...clients,
    region: options.region,
    accountId: caller.accountId,
    partition: caller.arn.split(':')[1] ?? 'aws',
    caller: caller.arn,
    owner: options.owner,
    sources: secretSources(options.environment, options.directory, remote(clients)),
    dns: createDns({ servers: options.environment['MCPGW_DNS_SERVERS'], timeout: options.timing.reach }),
    web: createWeb({ proxy: proxyFrom(options.environment), timing: options.timing }),
    clock: systemClock,
    timing: options.timing,
  };
}

function proxyFrom({ MCPGW_PROBE_PROXY: proxy = '' }: ConnectOptions['environment']): string | undefined {
  if (proxy === '') return undefined;
  if (URL.canParse(proxy) && new URL(proxy).protocol === 'http:') return proxy;
  // What it holds may be a password.
  throw stalled('BadProxy', 'MCPGW_PROBE_PROXY is no address such as http://user:password@host:3128');
}

/** Asks who calls. The first call of all, so that what is wrong with endpoint or credentials shows here and soon. */
async function identify(
  clients: Clients,
  { region, environment, timing }: ConnectOptions,
): Promise<{ readonly accountId: string; readonly arn: string }> {
  const endpoint =
    environment['AWS_ENDPOINT_URL_STS'] ?? environment['AWS_ENDPOINT_URL'] ?? `https://sts.${region}.amazonaws.com`;
  const nobody = (why: string): Error => stalled('NoAnswer', `nobody answers at ${endpoint} as AWS would: ${why}`);
  const sts = await clients.sts();
  try {
    const signal = AbortSignal.timeout(timing.greet);
    const { Account, Arn } = await sts.send(new sts.GetCallerIdentityCommand({}), { abortSignal: signal });
    if (Account === undefined || Arn === undefined) throw nobody('the answer names no account');
    return { accountId: Account, arn: Arn };
  } catch (error) {
    if (codeOf(error) === 'Abort' || codeOf(error) === 'AbortError')
      throw nobody(`no answer within ${timing.greet / 1000} s`);
    const known = toReconcileError(error);
    if (known.disposition !== 'stalled') throw nobody(known.message);
    throw known;
  }
}

function remote(clients: Clients): Parameters<typeof secretSources>[2] {
  return {
    async secretValue(SecretId) {
      const secrets = await clients.secretsmanager();
      return (await orUndefined(secrets.send(new secrets.GetSecretValueCommand({ SecretId }))))?.SecretString;
    },
    async parameterValue(Name) {
      const ssm = await clients.ssm();
      return (await orUndefined(ssm.send(new ssm.GetParameterCommand({ Name, WithDecryption: true }))))?.Parameter
        ?.Value;
    },
  };
}
