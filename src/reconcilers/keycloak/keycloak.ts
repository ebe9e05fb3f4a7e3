import { idOf } from '../../engine/kind.ts';
import { format, type Input, type NodeId } from '../../engine/ref.ts';
import type { Declaration } from '../declaration.ts';
import { service } from '../ecs/service.ts';
import type { Identity } from '../identity/identity.ts';
import type { IngressPart } from '../ingress/ingress.ts';
import { modes } from '../ingress/modes/modes.ts';
import { realmClient, type RealmClientProps } from './realm-client.ts';
import { realm } from './realm.ts';
import { keycloakServer } from './server.ts';

export interface KeycloakPart {
  /** What knows the public addresses of the registry before anybody is told of them. */
  readonly told: readonly { readonly id: NodeId }[];
}

const REALM = 'mcp-gateway';

/** People's own machines, for those who work on the registry. */
const LOCAL_REDIRECTS = ['http://localhost:7860/*', 'http://localhost:8888/*'];
const LOCAL_ORIGIN = 'http://localhost:7860';
const ORIGINS_OF_REDIRECTS = '+';

const noFlow = {
  enabled: true,
  publicClient: false,
  standardFlowEnabled: false,
  implicitFlowEnabled: false,
  directAccessGrantsEnabled: false,
  serviceAccountsEnabled: false,
  redirectUris: [],
  webOrigins: [],
};

/** Without the groups in its tokens every request is refused. */
const mappers: RealmClientProps['mappers'] = {
  groups: {
    protocolMapper: 'oidc-group-membership-mapper',
    config: {
      'full.path': 'false',
      'id.token.claim': 'true',
      'access.token.claim': 'true',
      'userinfo.token.claim': 'true',
      'claim.name': 'groups',
    },
  },
};

/** What is inside Keycloak: the realm that people sign in to, and the programs that they sign in by. */
export function declareKeycloak(
  { graph, gateway }: Declaration,
  { secrets }: Pick<Identity, 'secrets'>,
  { addresses, standing }: Pick<IngressPart, 'addresses' | 'standing'>,
): KeycloakPart {
  if (gateway.keycloak.realm === 'unmanaged') return { told: [] };
  const { wanted, old, all } = standing;
  // The way that stands answers before a new one does.
  const way = old[0] ?? wanted;
  // By default Keycloak takes plain HTTP from private addresses alone.
  const sslRequired = all.some(({ variant }) => modes[variant].protocol === 'http') ? 'none' : 'external';
  const server = graph.add(
    keycloakServer,
    'keycloak',
    {
      url: addresses.urlOf(way, 'keycloak'),
      via: addresses.doorsOf(way, 'keycloak')[0],
      adminUsername: gateway.keycloak.adminUsername,
      adminPassword: { $secret: secrets.keycloakAdmin.ref('arn') },
      adminPasswordVersion: secrets.keycloakAdmin.ref('versionId'),
      sslRequired,
    },
    { after: [{ id: idOf(service.name, 'keycloak') }] },
  );
  const own = graph.add(
    realm,
    REALM,
    {
      realm: REALM,
      sslRequired,
      enabled: true,
      registrationAllowed: false,
      loginWithEmailAllowed: true,
      duplicateEmailsAllowed: false,
      resetPasswordAllowed: true,
      editUsernameAllowed: false,
    },
    { after: [server] },
  );

  const add = (
    clientId: string,
    secret: typeof secrets.keycloakClient,
    props: Pick<RealmClientProps, 'name'> & {
      readonly [K in keyof typeof noFlow]?: Input<RealmClientProps[K]>;
    },
  ) =>
    graph.add(
      realmClient,
      clientId,
      {
        ...noFlow,
        ...props,
        realm: REALM,
        clientId,
        mappers,
        secret: { $secret: secret.ref('arn'), key: 'client_secret' },
        secretVersion: secret.ref('versionId'),
      },
      { after: [server, own] },
    );
  const origins = addresses.registryOrigins;
  const web = add('mcp-gateway-web', secrets.keycloakClient, {
    name: 'MCP Gateway Web Client',
    standardFlowEnabled: true,
    directAccessGrantsEnabled: true,
    redirectUris: [
      ...LOCAL_REDIRECTS,
      ...origins.flatMap((origin) => [format`${origin}/oauth2/callback/keycloak`, format`${origin}/*`]),
    ],
    webOrigins: [LOCAL_ORIGIN, ORIGINS_OF_REDIRECTS, ...origins],
  });
  add('mcp-gateway-m2m', secrets.keycloakM2m, { name: 'MCP Gateway M2M Client', serviceAccountsEnabled: true });
  return { told: old.length > 0 ? [web] : [] };
}
