import type { Admin } from '../../src/reconcilers/keycloak/admin.ts';
import { clientIn, type FoundClient } from '../sign-in.ts';
import type { Damage } from './damage.ts';

/** Outside changes in Keycloak, each at a field of its own. */
export function keycloakDamages(admin: Admin): readonly Damage[] {
  return [
    {
      what: 'nobody gets back to the registry',
      answer: 'update RealmClient/mcp-gateway-web /redirectUris',
      act: () =>
        change(admin, 'mcp-gateway-web', ({ redirectUris }) => ({
          redirectUris: redirectUris.filter((uri) => uri.startsWith('http://localhost')),
        })),
    },
    {
      what: 'no page of the registry may ask Keycloak',
      answer: 'update RealmClient/mcp-gateway-web /webOrigins',
      act: () => change(admin, 'mcp-gateway-web', () => ({ webOrigins: [] })),
    },
    {
      what: 'groups are told by another name',
      answer: 'update RealmClient/mcp-gateway-web /mappers/groups/config/claim.name',
      act: () =>
        change(admin, 'mcp-gateway-web', ({ protocolMappers }) => ({
          protocolMappers: protocolMappers.map((mapper) => ({
            ...mapper,
            config: { ...mapper.config, 'claim.name': 'roles' },
          })),
        })),
    },
    {
      what: 'a client gets another secret',
      answer: 'update RealmClient/mcp-gateway-web /secretVersion',
      act: async () =>
        admin.post(`/mcp-gateway/clients/${(await clientIn(admin, 'mcp-gateway-web')).id}/client-secret`, {}),
    },
    {
      what: 'a client of machines leads people away',
      answer: 'update RealmClient/mcp-gateway-m2m /redirectUris',
      act: () => change(admin, 'mcp-gateway-m2m', () => ({ redirectUris: ['https://foreign.example.net/*'] })),
    },
    {
      what: 'everybody may register',
      answer: 'update Realm/mcp-gateway /registrationAllowed',
      act: () => admin.put('/mcp-gateway', { registrationAllowed: true }),
    },
    {
      what: 'people have to come otherwise',
      answer: 'update Realm/mcp-gateway /sslRequired',
      act: () => requireOtherwise(admin, 'mcp-gateway'),
    },
    {
      what: 'administrators have to come otherwise',
      answer: 'update KeycloakServer/keycloak /sslRequired',
      act: () => requireOtherwise(admin, 'master'),
    },
  ];
}

/** Harm that takes away what the other changes are made to. */
export function keycloakLosses(admin: Admin): readonly Damage[] {
  return [
    {
      what: 'people may be led away',
      answer: 'update RealmClient/mcp-gateway-web /redirectUris',
      act: () =>
        change(admin, 'mcp-gateway-web', ({ redirectUris }) => ({
          redirectUris: [...redirectUris, 'https://foreign.example.net/*'],
        })),
    },
    {
      what: 'nobody adds the groups',
      answer: 'update RealmClient/mcp-gateway-web /mappers/groups',
      act: () => change(admin, 'mcp-gateway-web', () => ({ protocolMappers: [] })),
    },
    {
      what: 'a client is called otherwise',
      answer: 'create RealmClient/mcp-gateway-m2m',
      act: () => change(admin, 'mcp-gateway-m2m', () => ({ clientId: 'renamed' })),
    },
    {
      what: 'the realm is closed',
      answer: 'update Realm/mcp-gateway /enabled',
      act: () => admin.put('/mcp-gateway', { enabled: false }),
    },
  ];
}

async function change(admin: Admin, clientId: string, changes: (found: FoundClient) => object): Promise<void> {
  const found = await clientIn(admin, clientId);
  await admin.put(`/mcp-gateway/clients/${found.id}`, { ...found, ...changes(found) });
}

async function requireOtherwise(admin: Admin, realm: string): Promise<void> {
  const found = await admin.get<{ readonly sslRequired: string }>(`/${realm}`);
  await admin.put(`/${realm}`, { sslRequired: found?.sslRequired === 'none' ? 'external' : 'none' });
}
