import type { AwsKind } from '../../aws/aws.ts';
import { must } from '../../engine/errors.ts';
import type { Secret } from '../../engine/secret.ts';
import type { Admin } from './admin.ts';
import { adminOf } from './entrance.ts';
import { observeInside } from './inside.ts';
import { marked, protocolMappers, toObserved, type Representation } from './realm-client-form.ts';

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
    const wanted = {
      ...fields,
      attributes: marked({}, secretVersion),
      protocolMappers: protocolMappers([], mappers),
    };
    const id = await adminOf(aws).post(`/${realm}/clients`, {
      ...wanted,
      protocol: 'openid-connect',
      clientAuthenticatorType: 'client-secret',
      secret: secret.open(),
    });
    return toObserved(realm, { ...wanted, id: must(id, 'the id of a new client') }, mappers);
  },

  /** Sends all of it: before version 26 a client that is sent in part loses its service account's groups. */
  async update({ env: aws }, live, props, changed) {
    const { realm, secret, secretVersion, mappers, ...fields } = props;
    const admin = adminOf(aws);
    const path = `/${realm}/clients/${must(live.outputs.id, 'id')}`;
    const found = must(await admin.get<Representation>(path), props.clientId);
    await admin.put(path, {
      ...found,
      ...fields,
      ...(changed.has('secretVersion') && {
        secret: secret.open(),
        attributes: marked(found.attributes ?? {}, secretVersion),
      }),
      protocolMappers: protocolMappers(found.protocolMappers ?? [], mappers),
    });
  },
};

/** One call for all, by how their ids begin: programs that registered themselves may be many. */
async function list(admin: Admin, realm: string, clientIds: readonly string[]): Promise<readonly Representation[]> {
  const [first = '', ...others] = clientIds;
  let beginning = first;
  while (!others.every((other) => other.startsWith(beginning))) beginning = beginning.slice(0, -1);
  const path = `/${realm}/clients?search=true&clientId=${encodeURIComponent(beginning)}`;
  const found = (await admin.get<readonly Representation[]>(path)) ?? [];
  return found.filter(({ clientId }) => clientIds.includes(clientId));
}
