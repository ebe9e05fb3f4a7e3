import type { Access } from './gateway.ts';
import type { ControllerManifest } from './generated/controller-manifest.ts';

/** How its name ends, and no gateway's: the two would take each other's things for their own. */
export const CONTROLLER = '-controller';

/** The controller's own home as it should be: what the manifest says, with every default filled in. */
export interface Controller {
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  /** Undefined: the credentials are used as they are. */
  readonly access: Access | undefined;
  readonly image: string;
  readonly source: {
    readonly git: string;
    readonly branch: string | undefined;
    readonly tag: string | undefined;
    readonly path: string | undefined;
  };
  /** As `daemon --interval` takes it. */
  readonly interval: string;
  /** MiB. */
  readonly memory: number;
  /** Roles of other accounts that it may assume. */
  readonly roles: readonly string[];
  readonly topic: string | undefined;
  readonly network:
    | { readonly cidr: string }
    | { readonly vpcId: string; readonly subnetIds: readonly string[]; readonly publicIp: boolean };
  readonly environment: Readonly<Record<string, string>>;
  /** ARNs of secrets and parameters, by variable. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly logRetentionDays: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** Fills in what a manifest leaves out. */
export function completeController({ metadata, spec }: ControllerManifest): Controller {
  const { source, network } = spec;
  const { existing } = network ?? {};
  return {
    name: metadata.name,
    accountId: spec.accountId,
    region: spec.region,
    access: spec.access && { roleArn: spec.access.roleArn, externalId: spec.access.externalId },
    image: spec.image,
    source: { git: source.git, branch: source.branch, tag: source.tag, path: source.path },
    interval: spec.interval ?? '5m',
    memory: spec.memory ?? 512,
    roles: spec.roles ?? [],
    topic: spec.topic,
    network:
      existing === undefined
        ? { cidr: network?.cidr ?? '10.255.0.0/24' }
        : { vpcId: existing.vpcId, subnetIds: existing.subnetIds, publicIp: existing.publicIp ?? false },
    environment: spec.environment ?? {},
    secrets: spec.secrets ?? {},
    logRetentionDays: spec.logRetentionDays ?? 30,
    tags: spec.tags ?? {},
  };
}
