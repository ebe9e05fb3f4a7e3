import type { LiveProps, Observed } from '../../engine/kind.ts';
import type { ProtocolMapper, RealmClientOutputs, RealmClientProps } from './realm-client.ts';

/** As Keycloak has it; members that are not named here go back to it as they came. */
export interface Representation extends Omit<
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

type Mappers = RealmClientProps['mappers'];

type Attributes = NonNullable<Representation['attributes']>;

/** With the version of the secret that goes along. */
export const marked = (attributes: Attributes, secretVersion: string): Attributes => ({
  ...attributes,
  [MARK]: `${secretVersion} ${attributes[REGENERATED] ?? ''}`.trim(),
});

/** Ours, with what Keycloak added to each, beside those of others. */
export function protocolMappers(
  found: NonNullable<Representation['protocolMappers']>,
  wanted: Mappers,
): NonNullable<Representation['protocolMappers']> {
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

export function toObserved(
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
