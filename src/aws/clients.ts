import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { AwsCredentialIdentityProvider } from '@smithy/types';
import pLimit from 'p-limit';
import type { Timing } from '../engine/timing.ts';
import { countCalls, throttlingOnly, type CallListener } from './middleware.ts';

// Each module re-exports just the commands that are used: the bundler can then leave the rest of a client out.
const MODULES = {
  amp: () => import('./sdk/amp.ts'),
  autoscaling: () => import('./sdk/autoscaling.ts'),
  cloudfront: () => import('./sdk/cloudfront.ts'),
  cloudwatch: () => import('./sdk/cloudwatch.ts'),
  docdb: () => import('./sdk/docdb.ts'),
  ec2: () => import('./sdk/ec2.ts'),
  ecr: () => import('./sdk/ecr.ts'),
  ecs: () => import('./sdk/ecs.ts'),
  efs: () => import('./sdk/efs.ts'),
  elbv2: () => import('./sdk/elbv2.ts'),
  iam: () => import('./sdk/iam.ts'),
  kms: () => import('./sdk/kms.ts'),
  logs: () => import('./sdk/logs.ts'),
  rds: () => import('./sdk/rds.ts'),
  route53: () => import('./sdk/route53.ts'),
  secretsmanager: () => import('./sdk/secretsmanager.ts'),
  servicediscovery: () => import('./sdk/servicediscovery.ts'),
  sns: () => import('./sdk/sns.ts'),
  ssm: () => import('./sdk/ssm.ts'),
  sts: () => import('./sdk/sts.ts'),
  tagging: () => import('./sdk/tagging.ts'),
} as const;

type Modules = typeof MODULES;
type ServiceName = keyof Modules;
type Module<S extends ServiceName> = Awaited<ReturnType<Modules[S]>>;
type ClientOf<S extends ServiceName> = InstanceType<Module<S>['Client']>;

/** A service's commands with the client to send them by. */
export type Service<S extends ServiceName> = Module<S> & {
  readonly client: ClientOf<S>;
  readonly send: ClientOf<S>['send'];
  /**
   * For creates that neither a name nor a token protects. The SDK repeats a POST whose connection broke, which
   * makes a second object; this one repeats only what was throttled.
   */
  readonly sendOnce: ClientOf<S>['send'];
};

export type Clients = { readonly [S in ServiceName]: () => Promise<Service<S>> };

export interface ClientOptions {
  readonly region: string;
  readonly credentials: AwsCredentialIdentityProvider;
  readonly timing: Timing;
  readonly onCall?: CallListener;
}

// Unpublished or low limits: more at once only earns throttling.
const AT_ONCE: Partial<Record<ServiceName, number>> = { elbv2: 5, cloudfront: 3, route53: 3, cloudwatch: 3, ssm: 3 };
const AT_ONCE_OTHERWISE = 10;

interface AnyClient {
  send(...parameters: unknown[]): Promise<unknown>;
  readonly config: object;
  readonly middlewareStack: object;
}

/** Clients of one account and region, each loaded when first asked for. */
export function createClients(options: ClientOptions): Clients {
  const requestHandler = new NodeHttpHandler({
    connectionTimeout: options.timing.connect,
    requestTimeout: options.timing.answer,
    throwOnRequestTimeout: true,
  });
  const load = async (name: ServiceName): Promise<unknown> => {
    const module = await MODULES[name]();
    const Client = module.Client as unknown as new (config: object) => AnyClient;
    const limit = pLimit(AT_ONCE[name] ?? AT_ONCE_OTHERWISE);
    const make = (): AnyClient => {
      const client = new Client({
        region: options.region,
        credentials: options.credentials,
        requestHandler,
        maxAttempts: 5,
        retryMode: 'standard',
      });
      if (options.onCall !== undefined) countCalls(client.middlewareStack, name, options.onCall);
      return client;
    };
    const client = make();
    const careful = make();
    throttlingOnly(careful.config);
    return {
      ...module,
      client,
      send: (...parameters: unknown[]) => limit(() => client.send(...parameters)),
      sendOnce: (...parameters: unknown[]) => limit(() => careful.send(...parameters)),
    };
  };
  const loaded = new Map<ServiceName, Promise<unknown>>();
  const entries = (Object.keys(MODULES) as ServiceName[]).map((name) => {
    const get = (): Promise<unknown> => {
      const known = loaded.get(name) ?? load(name);
      loaded.set(name, known);
      return known;
    };
    return [name, get] as const;
  });
  return Object.fromEntries(entries) as unknown as Clients;
}
