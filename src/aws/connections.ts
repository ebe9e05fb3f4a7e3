import type { AwsCredentialIdentityProvider } from '@smithy/types';
import type { Timing } from '../engine/timing.ts';
import { Budget } from './budget.ts';
import { createClients, type Clients } from './clients.ts';
import type { CallListener } from './middleware.ts';

/** A role that is assumed for everything. */
export interface Access {
  readonly roleArn: string;
  readonly externalId: string | undefined;
}

export interface ConnectionOptions {
  readonly region: string;
  /** Whose budget the calls draw on; undefined: that of the credentials, whoever they belong to. */
  readonly accountId?: string;
  /** Undefined: the credentials are used as they are. */
  readonly access: Access | undefined;
  readonly timing: Timing;
  readonly onCall?: CallListener;
}

/** Clients by region and role: gateways in the same place share them, and with them sockets and limits. */
export class Connections {
  readonly #known = new Map<string, Promise<Clients>>();
  readonly #budgets = new Map<string, Budget>();

  get(options: ConnectionOptions): Promise<Clients> {
    const key = JSON.stringify([options.region, options.access]);
    const known = this.#known.get(key) ?? open(options, this.#budgetOf(options));
    this.#known.set(key, known);
    return known;
  }

  /** AWS counts by account and region, whichever role calls. */
  #budgetOf({ accountId, region, timing }: ConnectionOptions): Budget {
    const key = `${accountId ?? ''}/${region}`;
    const budget = this.#budgets.get(key) ?? new Budget(timing);
    this.#budgets.set(key, budget);
    return budget;
  }
}

async function open({ region, access, timing, onCall }: ConnectionOptions, budget: Budget): Promise<Clients> {
  const credentials = await credentialsOf(region, access);
  return createClients({ region, credentials, timing, budget, ...(onCall !== undefined && { onCall }) });
}

/** Those that the AWS CLI would use, or of the role that they may assume. */
async function credentialsOf(region: string, access: Access | undefined): Promise<AwsCredentialIdentityProvider> {
  const { fromNodeProviderChain, fromTemporaryCredentials } = await import('./sdk/credentials.ts');
  const own = fromNodeProviderChain({ clientConfig: { region } });
  if (access === undefined) return own;
  const { roleArn: RoleArn, externalId: ExternalId } = access;
  return fromTemporaryCredentials({
    masterCredentials: own,
    clientConfig: { region },
    params: { RoleArn, RoleSessionName: 'mcpgw-controller', ...(ExternalId !== undefined && { ExternalId }) },
  });
}
