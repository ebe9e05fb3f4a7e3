import { idOf } from '../../engine/kind.ts';
import { format, type Input, type NodeId } from '../../engine/ref.ts';
import type { Declaration } from '../declaration.ts';
import type { Identity } from '../identity/identity.ts';
import type { IngressPart } from '../ingress/ingress.ts';
import { modes } from '../ingress/modes/modes.ts';
import { realmClient, type RealmClientProps } from './realm-client.ts';
import { realm } from './realm.ts';
import { keycloakServer } from './server.ts';

type Nodes = readonly { readonly id: NodeId }[];

const REALM = 'mcp-gateway';
const WEB_CLIENT = 'mcp-gateway-web';

/** While another way in stands: what knows the wanted addresses before registry and auth server are told of them. */
export const toldFirst = ({ gateway, ways }: Declaration): Nodes =>
  ways.old.length > 0 && gateway.keycloak.realm === 'managed' ? [{ id: idOf(realmClient.name, WEB_CLIENT) }] : [];

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

/**
 * What is inside Keycloak: the realm that people sign in to, and the programs that they sign in by.
 *
 * @param first what Keycloak runs by
 */
export function declareKeycloak(
  { graph, gateway }: Declaration,
  { secrets }: Pick<Identity, 'secrets'>,
  { addresses, standing }: Pick<IngressPart, 'addresses' | 'standing'>,
  first: Nodes,
): void {
  if (gateway.keycloak.realm === 'unmanaged') return;
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
    { after: first },
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
  add(WEB_CLIENT, secrets.keycloakClient, {
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
}
