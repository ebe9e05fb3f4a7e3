import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { AwsCredentialIdentityProvider } from '@smithy/types';
import pLimit from 'p-limit';
import type { Timing } from '../engine/timing.ts';
import { Budget, keepWithin } from './budget.ts';
import { countCalls, throttlingOnly, type CallListener } from './middleware.ts';
import { guardCalls, show } from './watch.ts';

// Each module re-exports just the commands that are used: the bundler can then leave the rest of a client out.
const MODULES = {
  acm: () => import('./sdk/acm.ts'),
  acmGlobal: () => import('./sdk/acm.ts'),
  amp: () => import('./sdk/amp.ts'),
  autoscaling: () => import('./sdk/autoscaling.ts'),
  cloudfront: () => import('./sdk/cloudfront.ts'),
  cloudtrail: () => import('./sdk/cloudtrail.ts'),
  cloudwatch: () => import('./sdk/cloudwatch.ts'),
  docdb: () => import('./sdk/docdb.ts'),
  ec2: () => import('./sdk/ec2.ts'),
  ecr: () => import('./sdk/ecr.ts'),
  ecs: () => import('./sdk/ecs.ts'),
  efs: () => import('./sdk/efs.ts'),
  elbv2: () => import('./sdk/elbv2.ts'),
  eventbridge: () => import('./sdk/eventbridge.ts'),
  iam: () => import('./sdk/iam.ts'),
  kms: () => import('./sdk/kms.ts'),
  logs: () => import('./sdk/logs.ts'),
  rds: () => import('./sdk/rds.ts'),
  route53: () => import('./sdk/route53.ts'),
  s3: () => import('./sdk/s3.ts'),
  secretsmanager: () => import('./sdk/secretsmanager.ts'),
  servicediscovery: () => import('./sdk/servicediscovery.ts'),
  sns: () => import('./sdk/sns.ts'),
  sqs: () => import('./sdk/sqs.ts'),
  ssm: () => import('./sdk/ssm.ts'),
  sts: () => import('./sdk/sts.ts'),
  tagging: () => import('./sdk/tagging.ts'),
  wafv2: () => import('./sdk/wafv2.ts'),
} as const;

/** Services that CloudFront looks at in one region alone, wherever the gateway is. */
const GLOBAL: Partial<Record<keyof typeof MODULES, { readonly service: string; readonly region: string }>> = {
  acmGlobal: { service: 'acm', region: 'us-east-1' },
};

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
  /** Shared with all that calls the same account and region. */
  readonly budget?: Budget;
}

// Unpublished or low limits: more at once only earns throttling.
const AT_ONCE: Partial<Record<ServiceName, number>> = {
  acm: 3,
  acmGlobal: 3,
  elbv2: 5,
  cloudfront: 3,
  route53: 3,
  cloudwatch: 3,
  ssm: 3,
};
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
  const budget = options.budget ?? new Budget(options.timing);
  const load = async (name: ServiceName): Promise<unknown> => {
    const { service, region } = GLOBAL[name] ?? { service: name, region: options.region };
    const module = await MODULES[name]();
    const Client = module.Client as unknown as new (config: object) => AnyClient;
    const limit = pLimit(AT_ONCE[name] ?? AT_ONCE_OTHERWISE);
    const make = (): AnyClient => {
      const client = new Client({
        region,
        credentials: options.credentials,
        requestHandler,
        maxAttempts: 5,
        retryMode: 'standard',
      });
      // The first of them is the outermost: what waits is asked only then whether it still may.
      keepWithin({ budget, limit }, client.middlewareStack, service);
      guardCalls(client.middlewareStack);
      countCalls(client.middlewareStack, service, (call) => {
        show(call);
        return options.onCall?.(call);
      });
      return client;
    };
    const client = make();
    let careful: AnyClient | undefined;
    // Only what makes something needs it: a process that looks on for months does without.
    const once = (): AnyClient => {
      if (careful !== undefined) return careful;
      careful = make();
      throttlingOnly(careful.config);
      return careful;
    };
    return {
      ...module,
      client,
      send: (...parameters: unknown[]) => client.send(...parameters),
      sendOnce: (...parameters: unknown[]) => once().send(...parameters),
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
