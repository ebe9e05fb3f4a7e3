import { stalled } from '../engine/errors.ts';
import type { Timing } from '../engine/timing.ts';
import type { Aws } from './aws.ts';
import { createClients, type Clients } from './clients.ts';
import { orUndefined } from './errors.ts';
import type { CallListener } from './middleware.ts';
import { secretSources } from './secret-sources.ts';

export interface ConnectOptions {
  readonly region: string;
  /** The account that the manifest names; any other is refused before the first write. */
  readonly accountId: string;
  readonly owner: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where relative names of secret files start. */
  readonly directory: string;
  readonly timing: Timing;
  readonly onCall?: CallListener;
}

/** Connects to the account of the manifest with the credentials that the AWS CLI would use. */
export async function connect(options: ConnectOptions): Promise<Aws> {
  const { fromNodeProviderChain } = await import('./sdk/credentials.ts');
  const clients = createClients({
    region: options.region,
    credentials: fromNodeProviderChain({ clientConfig: { region: options.region } }),
    timing: options.timing,
    ...(options.onCall !== undefined && { onCall: options.onCall }),
  });
  const caller = await identify(clients);
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
  };
}

async function identify(clients: Clients): Promise<{ readonly accountId: string; readonly arn: string }> {
  const sts = await clients.sts();
  const { Account, Arn } = await sts.send(new sts.GetCallerIdentityCommand({}));
  return { accountId: Account ?? '', arn: Arn ?? '' };
}

function remote(clients: Clients): Parameters<typeof secretSources>[2] {
  return {
    async secretValue(SecretId) {
      const secrets = await clients.secretsmanager();
      return (await orUndefined(secrets.send(new secrets.GetSecretValueCommand({ SecretId }))))?.SecretString;
    },
    async parameterValue(Name) {
      const ssm = await clients.ssm();
      return (await orUndefined(ssm.send(new ssm.GetParameterCommand({ Name, WithDecryption: true }))))?.Parameter?.Value;
    },
  };
}
