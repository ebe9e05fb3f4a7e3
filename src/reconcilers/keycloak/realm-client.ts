import type { AwsKind } from '../../aws/aws.ts';
import { must } from '../../engine/errors.ts';
import type { LiveProps, Observed } from '../../engine/kind.ts';
import type { Secret } from '../../engine/secret.ts';
import type { Admin } from './admin.ts';
import { observeInside } from './inside.ts';
import { adminOf } from './server.ts';

/** A program that signs people in, or itself, in a realm. */
export interface RealmClientProps {
  readonly realm: string;
  readonly clientId: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly publicClient: boolean;
  readonly standardFlowEnabled: boolean;
  readonly implicitFlowEnabled: boolean;
  readonly directAccessGrantsEnabled: boolean;
  readonly serviceAccountsEnabled: boolean;
  /** Where Keycloak may send people after they have signed in; `*` only at the end. */
  readonly redirectUris: readonly string[];
  /** From where browsers may call it; `+` are the origins of all redirect URIs. */
  readonly webOrigins: readonly string[];
  readonly secret: Secret;
  /** The version that holds it in Secrets Manager. */
  readonly secretVersion: string;
  /** What it adds to tokens, by name. Others that somebody added are left alone. */
  readonly mappers: Readonly<Record<string, ProtocolMapper>>;
}

export interface ProtocolMapper {
  readonly protocolMapper: string;
  readonly config: Readonly<Record<string, string>>;
}

export interface RealmClientOutputs {
  /** Keycloak's own, a UUID. */
  readonly id: string;
  readonly clientId: string;
}

/** As Keycloak has it; members that are not named here go back to it as they came. */
interface Representation extends Omit<
  RealmClientProps,
  'realm' | 'secret' | 'secretVersion' | 'mappers' | 'redirectUris' | 'webOrigins'
> {
  readonly id: string;
  readonly redirectUris?: readonly string[];
  readonly webOrigins?: readonly string[];
  readonly attributes?: Readonly<Record<string, string>>;
  readonly protocolMappers?: readonly (ProtocolMapper & { readonly name: string })[];
}

/** Keycloak tells nobody but by the secret itself whether it is still the same: where it came from is written beside it. */
const MARK = 'mcpgw.secret';
/** Keycloak's own: when it last made a secret up. */
const REGENERATED = 'client.secret.creation.time';

export const realmClient: AwsKind<RealmClientProps, RealmClientOutputs> = {
  name: 'RealmClient',
  immutable: ['realm', 'clientId'],
  replace: 'refuse',
  refusal: 'who signs in by this client would know no other',
  identifies: ['id'],
  unordered: ['redirectUris', 'webOrigins'],
  takes: { create: 1, update: 1 },
  actions: { read: [], write: [] },

  observe: (look) =>
    observeInside(look, async (admin) => {
      const wanted = new Map(look.nodes.map(({ name, props }) => [name, props as RealmClientProps]));
      const realms = new Set([...wanted.values()].map((props) => props.realm));
      const lists = [...realms].map(async (realm) =>
        (await list(admin, realm, [...wanted.keys()])).flatMap((live) => {
          const mappers = wanted.get(live.clientId)?.mappers;
          return mappers === undefined ? [] : [toObserved(realm, live, mappers)];
        }),
      );
      return (await Promise.all(lists)).flat();
    }),

  async create({ env: aws }, props) {
    const { realm, secret, secretVersion, mappers, ...fields } = props;
    const admin = adminOf(aws);
    await admin.post(`/${realm}/clients`, {
      ...fields,
      protocol: 'openid-connect',
      clientAuthenticatorType: 'client-secret',
      secret: secret.open(),
      attributes: { [MARK]: secretVersion },
      protocolMappers: protocolMappers([], mappers),
    });
    return toObserved(realm, must((await list(admin, realm, [props.clientId]))[0], props.clientId), mappers);
  },

  /** Sends all of it: before version 26 a client that is sent in part loses its service account's groups. */
  async update({ env: aws }, live, props, changed) {
    const { realm, secret, secretVersion, mappers, ...fields } = props;
    const admin = adminOf(aws);
    const path = `/${realm}/clients/${must(live.outputs.id, 'id')}`;
    const found = must(await admin.get<Representation>(path), props.clientId);
    const regenerated = found.attributes?.[REGENERATED] ?? '';
    await admin.put(path, {
      ...found,
      ...fields,
      ...(changed.has('secretVersion') && {
        secret: secret.open(),
        attributes: { ...found.attributes, [MARK]: `${secretVersion} ${regenerated}`.trim() },
      }),
      protocolMappers: protocolMappers(found.protocolMappers ?? [], mappers),
    });
  },
};

type Mappers = RealmClientProps['mappers'];

/** One call for all, by how their ids begin: programs that registered themselves may be many. */
async function list(admin: Admin, realm: string, clientIds: readonly string[]): Promise<readonly Representation[]> {
  const [first = '', ...others] = clientIds;
  let beginning = first;
  while (!others.every((other) => other.startsWith(beginning))) beginning = beginning.slice(0, -1);
  const path = `/${realm}/clients?search=true&clientId=${encodeURIComponent(beginning)}`;
  const found = (await admin.get<readonly Representation[]>(path)) ?? [];
  return found.filter(({ clientId }) => clientIds.includes(clientId));
}

/** Ours, with what Keycloak added to each, beside those of others. */
function protocolMappers(
  found: NonNullable<Representation['protocolMappers']>,
  wanted: Mappers,
): readonly ProtocolMapper[] {
  const others = found.filter(({ name }) => wanted[name] === undefined);
  const ours = Object.entries(wanted).map(([name, { protocolMapper, config }]) => {
    const before = found.find((one) => one.name === name);
    return {
      ...before,
      name,
      protocol: 'openid-connect',
      protocolMapper,
      config: { ...before?.config, ...config },
    };
  });
  return [...others, ...ours];
}

function toObserved(
  realm: string,
  found: Representation,
  wanted: Mappers,
): Observed<RealmClientProps, RealmClientOutputs> {
  const { attributes, protocolMappers: all = [] } = found;
  const [version, regenerated = ''] = attributes?.[MARK]?.split(' ') ?? [];
  return {
    name: found.clientId,
    phase: 'ready',
    props: {
      realm,
      clientId: found.clientId,
      name: found.name,
      enabled: found.enabled,
      publicClient: found.publicClient,
      standardFlowEnabled: found.standardFlowEnabled,
      implicitFlowEnabled: found.implicitFlowEnabled,
      directAccessGrantsEnabled: found.directAccessGrantsEnabled,
      serviceAccountsEnabled: found.serviceAccountsEnabled,
      redirectUris: found.redirectUris ?? [],
      webOrigins: found.webOrigins ?? [],
      secretVersion: (attributes?.[REGENERATED] ?? '') === regenerated ? version : undefined,
      mappers: Object.fromEntries(
        all.flatMap(({ name, protocolMapper, config }) => {
          const keys = Object.keys(wanted[name]?.config ?? {});
          const known = Object.fromEntries(keys.flatMap((key) => (key in config ? [[key, config[key]]] : [])));
          return wanted[name] === undefined
            ? []
            : [[name, { protocolMapper, config: known as ProtocolMapper['config'] }]];
        }),
      ),
    } satisfies LiveProps<RealmClientProps>,
    outputs: { id: found.id, clientId: found.clientId },
  };
}
