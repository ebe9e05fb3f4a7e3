import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { must } from '../../../src/engine/errors.ts';
import type { Plan } from '../../../src/engine/plan.ts';
import { Secret } from '../../../src/engine/secret.ts';
import { systemClock } from '../../../src/engine/timing.ts';
import { createWeb, type Web, type WebRequest } from '../../../src/outside/http.ts';
import { Admin } from '../../../src/reconcilers/keycloak/admin.ts';
import { realmClient, type RealmClientProps } from '../../../src/reconcilers/keycloak/realm-client.ts';
import { realm, type RealmProps } from '../../../src/reconcilers/keycloak/realm.ts';
import { keycloakServer, type SslRequired } from '../../../src/reconcilers/keycloak/server.ts';
import type { Input } from '../../../src/engine/ref.ts';
import { openAccount, testTiming, type SandboxAccount } from '../../sandbox-account.ts';
import { assertEmpty, printPlan, SandboxGateway, type Declared } from '../../sandbox-gateway.ts';
import { startKeycloak, startSandboxKeycloak, whyNoKeycloak, type KeycloakProcess } from './keycloak-servers.ts';

const FIRST = 'first-password-of-the-administrator';

/** Goes to Keycloak as everything does, and notes the way. */
class Watched implements Web {
  readonly #web = createWeb({ timing: testTiming });
  readonly asked: string[] = [];
  /** Sent along, as a load balancer would add it. */
  forwardedFor: string | undefined;
  /** The next request goes with a token that has run out. */
  stale = false;

  ask = this.#web.ask;

  send(request: WebRequest): ReturnType<Web['send']> {
    this.asked.push(`${request.method} ${new URL(request.url).pathname}`);
    const headers = {
      ...request.headers,
      ...(this.forwardedFor !== undefined && { 'x-forwarded-for': this.forwardedFor, 'x-forwarded-proto': 'http' }),
      ...(this.stale && request.headers['authorization'] !== undefined && { authorization: 'Bearer stale' }),
    };
    if (headers.authorization === 'Bearer stale') this.stale = false;
    return this.#web.send({ ...request, headers });
  }
}

interface Wish {
  readonly sslRequired: SslRequired;
  readonly realm: Partial<RealmProps>;
  readonly web: { readonly [K in keyof RealmClientProps]?: Input<RealmClientProps[K]> };
}

type Held = Readonly<Record<string, unknown>> & { readonly id: string };

const mappers = {
  groups: {
    protocolMapper: 'oidc-group-membership-mapper',
    config: { 'full.path': 'false', 'access.token.claim': 'true', 'claim.name': 'groups' },
  },
};

const servers = {
  'the real one': { start: startKeycloak, skip: whyNoKeycloak },
  'that of the sandbox': { start: startSandboxKeycloak, skip: () => false as const },
};

for (const [which, { start, skip }] of Object.entries(servers))
  describe(`inside Keycloak, ${which}`, { skip: skip() }, () => {
    const web = new Watched();
    let keycloak: KeycloakProcess;
    let account: SandboxAccount;
    let gateway: SandboxGateway;
    let admin: Admin;
    /** ARN and version of each secret. */
    const secrets = { admin: ['', ''], client: ['', ''] };
    let wish: Wish = { sslRequired: 'external', realm: {}, web: {} };

    before(async () => {
      account = await openAccount();
      gateway = anotherSession();
      keycloak = await start(FIRST);
      secrets.admin = await hold('keycloak-admin', FIRST);
      secrets.client = await hold('keycloak-client', JSON.stringify({ client_secret: 'a-secret-of-sixteen' }));
      admin = adminWith(FIRST);
    });
    after(() => keycloak.stop());

    const hold = async (Name: string, SecretString: string): Promise<string[]> => {
      const service = await gateway.aws.secretsmanager();
      const { ARN = '', VersionId = '' } = await service.send(new service.CreateSecretCommand({ Name, SecretString }));
      return [ARN, VersionId];
    };
    const putAnew = async (secret: keyof typeof secrets, SecretString: string): Promise<void> => {
      const service = await gateway.aws.secretsmanager();
      const [SecretId] = secrets[secret];
      const { VersionId = '' } = await service.send(new service.PutSecretValueCommand({ SecretId, SecretString }));
      secrets[secret] = [SecretId ?? '', VersionId];
    };
    const adminWith = (password: string): Admin =>
      new Admin(
        { web: createWeb({ timing: testTiming }), clock: systemClock, timing: testTiming },
        { url: keycloak.url, via: '127.0.0.1', username: 'admin', password: new Secret(password) },
      );
    const declare = (): Declared =>
      gateway.declare((graph) => {
        const server = graph.add(keycloakServer, 'keycloak', {
          url: keycloak.url,
          via: '127.0.0.1',
          adminUsername: 'admin',
          adminPassword: { $secret: secrets.admin[0] ?? '' },
          adminPasswordVersion: secrets.admin[1] ?? '',
          sslRequired: wish.sslRequired,
        });
        const own = graph.add(
          realm,
          'gate',
          {
            realm: 'gate',
            sslRequired: wish.sslRequired,
            enabled: true,
            registrationAllowed: false,
            loginWithEmailAllowed: true,
            duplicateEmailsAllowed: false,
            resetPasswordAllowed: true,
            editUsernameAllowed: false,
            ...wish.realm,
          },
          { after: [server] },
        );
        const client = (clientId: string, props: Wish['web']) =>
          graph.add(
            realmClient,
            clientId,
            {
              realm: 'gate',
              clientId,
              name: 'A client',
              enabled: true,
              publicClient: false,
              standardFlowEnabled: true,
              implicitFlowEnabled: false,
              directAccessGrantsEnabled: true,
              serviceAccountsEnabled: false,
              redirectUris: ['http://localhost:7860/*', 'https://registry.example.com/*'],
              webOrigins: ['+', 'https://registry.example.com'],
              secret: { $secret: secrets.client[0] ?? '', key: 'client_secret' },
              secretVersion: secrets.client[1] ?? '',
              mappers,
              ...props,
            },
            { after: [server, own] },
          );
        client('gate-web', wish.web);
        client('gate-m2m', {
          standardFlowEnabled: false,
          serviceAccountsEnabled: true,
          redirectUris: [],
          webOrigins: [],
        });
      });
    const plan = (): Promise<Plan> => gateway.plan(declare());
    const apply = async (): Promise<void> => {
      await gateway.apply(declare());
      assertEmpty(await plan());
    };
    const find = async (clientId: string): Promise<Held> =>
      must((await admin.get<readonly Held[]>(`/gate/clients?clientId=${clientId}`))?.[0], clientId);
    /** Knows nothing of what this process did. */
    const anotherSession = (): SandboxGateway => new SandboxGateway(account, { web });
    /** What differs, by node. */
    const differences = async (session = gateway): Promise<readonly string[]> =>
      (await session.plan(declare())).steps.flatMap(({ action, node, changes }) =>
        action === 'update' ? changes.map(({ path }) => `${node}${path}`) : [`${action} ${node}`],
      );
    const statesOf = async (session: SandboxGateway): Promise<readonly string[]> =>
      printPlan(await session.plan(declare())).split('\n');
    const leadsBack = async (clientId: string, redirect: string): Promise<number> => {
      const query = new URLSearchParams({
        client_id: clientId,
        response_type: 'code',
        scope: 'openid',
        redirect_uri: redirect,
      });
      return (await fetch(`${keycloak.url}/realms/gate/protocol/openid-connect/auth?${query.toString()}`)).status;
    };

    test('realm and clients are made, and then there is nothing to do', async () => {
      const first = await plan();
      assert.deepEqual(
        first.steps.map(({ action, node }) => `${action} ${node}`),
        ['create Realm/gate', 'create RealmClient/gate-web', 'create RealmClient/gate-m2m'],
        printPlan(first),
      );
      await apply();
      assert.equal((await find('gate-web'))['secret'], 'a-secret-of-sixteen');
    });

    test('is looked at with four requests, all of them reads but that for a token', async () => {
      web.asked.length = 0;
      assertEmpty(await anotherSession().plan(declare()));
      assert.deepEqual(web.asked.toSorted(), [
        'GET /admin/realms/gate',
        'GET /admin/realms/gate/clients',
        'GET /admin/realms/master',
        'POST /realms/master/protocol/openid-connect/token',
      ]);
    });

    test('people are led back to the redirect URIs and nowhere else', async () => {
      assert.equal(await leadsBack('gate-web', 'https://registry.example.com/oauth2/callback/keycloak'), 200);
      assert.equal(await leadsBack('gate-web', 'https://elsewhere.example.com/oauth2/callback/keycloak'), 400);
      assert.equal(await leadsBack('gate-unknown', 'https://registry.example.com/'), 400);
    });

    const wishes: Readonly<Record<string, Partial<Wish>>> = {
      'a redirect URI more': {
        web: { redirectUris: ['https://registry.example.com/*', 'https://other.example.com/*'] },
      },
      'no redirect URI and no origin': { web: { redirectUris: [], webOrigins: [] } },
      'another name': { web: { name: 'Another client' } },
      'other flows': {
        web: { standardFlowEnabled: false, directAccessGrantsEnabled: false, serviceAccountsEnabled: true },
      },
      'a client turned off': { web: { enabled: false } },
      'another claim': {
        web: {
          mappers: { groups: { ...mappers.groups, config: { ...mappers.groups.config, 'claim.name': 'teams' } } },
        },
      },
      'a mapper more': {
        web: {
          mappers: {
            ...mappers,
            audience: {
              protocolMapper: 'oidc-audience-mapper',
              config: { 'included.custom.audience': 'mcp-gateway', 'access.token.claim': 'true' },
            },
          },
        },
      },
      'what people may do in the realm': {
        realm: {
          registrationAllowed: true,
          loginWithEmailAllowed: false,
          resetPasswordAllowed: false,
          editUsernameAllowed: true,
        },
      },
      'emails that stand twice': { realm: { loginWithEmailAllowed: false, duplicateEmailsAllowed: true } },
      'plain HTTP from everywhere': { sslRequired: 'none' },
      'the beginning again': {},
    };
    for (const [what, change] of Object.entries(wishes))
      test(`follows in place: ${what}`, async () => {
        const { id } = await find('gate-web');
        wish = { sslRequired: 'external', realm: {}, web: {}, ...change };
        assert.notDeepEqual(await differences(), []);
        await apply();
        assert.equal((await find('gate-web')).id, id);
      });

    test('what somebody changed is seen and put right', async () => {
      const { id } = await find('gate-web');
      const all = await find('gate-web');
      const outside: readonly (readonly [() => Promise<unknown>, readonly string[]])[] = [
        [
          () => admin.put(`/gate/clients/${id}`, { ...all, redirectUris: ['https://evil.example.com/*'] }),
          ['RealmClient/gate-web/redirectUris'],
        ],
        [() => admin.put(`/gate/clients/${id}`, { ...all, webOrigins: ['*'] }), ['RealmClient/gate-web/webOrigins']],
        [
          () => admin.put(`/gate/clients/${id}`, { ...all, protocolMappers: [] }),
          ['RealmClient/gate-web/mappers/groups'],
        ],
        [() => admin.post(`/gate/clients/${id}/client-secret`, {}), ['RealmClient/gate-web/secretVersion']],
        [() => admin.put('/gate', { registrationAllowed: true }), ['Realm/gate/registrationAllowed']],
        [() => admin.put('/master', { sslRequired: 'none' }), ['KeycloakServer/keycloak/sslRequired']],
        [() => admin.put(`/gate/clients/${id}`, { ...all, clientId: 'renamed' }), ['create RealmClient/gate-web']],
      ];
      for (const [harm, seen] of outside) {
        await harm();
        assert.deepEqual(await differences(), seen);
        await apply();
      }
      assert.equal((await find('gate-web'))['secret'], 'a-secret-of-sixteen');
    });

    test('what somebody added beside it stays', async () => {
      const { id, ...all } = await find('gate-web');
      const theirs = {
        name: 'theirs',
        protocol: 'openid-connect',
        protocolMapper: 'oidc-audience-mapper',
        config: { 'included.custom.audience': 'theirs', 'access.token.claim': 'true' },
      };
      const attributes = { ...(all['attributes'] as object), theirs: 'yes' };
      await admin.put(`/gate/clients/${id}`, {
        ...all,
        id,
        attributes,
        description: 'theirs',
        protocolMappers: [...(all['protocolMappers'] as readonly object[]), theirs],
      });
      assertEmpty(await plan());
      wish = { ...wish, web: { name: 'Changed beside theirs' } };
      await apply();
      const now = await find('gate-web');
      assert.equal(now['description'], 'theirs');
      assert.equal((now['attributes'] as Readonly<Record<string, string>>)['theirs'], 'yes');
      assert.deepEqual(
        (now['protocolMappers'] as readonly { readonly name: string }[]).map(({ name }) => name).toSorted(),
        ['groups', 'theirs'],
      );
    });

    test('another secret in Secrets Manager goes into Keycloak', async () => {
      await putAnew('client', JSON.stringify({ client_secret: 'another-secret-of-more' }));
      assert.deepEqual((await differences()).toSorted(), [
        'RealmClient/gate-m2m/secretVersion',
        'RealmClient/gate-web/secretVersion',
      ]);
      await apply();
      assert.equal((await find('gate-web'))['secret'], 'another-secret-of-more');
    });

    test('a token that has run out is asked for anew', async () => {
      web.stale = true;
      assertEmpty(await plan());
      assert.equal(web.stale, false);
    });

    test('a new password of the administrator is set with the one before it', async () => {
      await putAnew('admin', 'second-password-of-the-administrator');
      assert.deepEqual(await differences(anotherSession()), ['KeycloakServer/keycloak/adminPasswordVersion']);
      await apply();
      await adminWith('second-password-of-the-administrator').enter();
      await assert.rejects(adminWith(FIRST).enter(), { code: 'NotAccepted' });
      admin = adminWith('second-password-of-the-administrator');
    });

    test('from a public address by plain HTTP nothing goes until Keycloak is told so', async () => {
      web.forwardedFor = '198.51.100.7';
      const [server] = await statesOf(anotherSession());
      assert.match(
        server ?? '',
        /^KeycloakServer\/keycloak is (pending|stalled): Keycloak wants HTTPS from where this runs/,
      );
      web.forwardedFor = undefined;
      wish = { ...wish, sslRequired: 'none' };
      await apply();
      web.forwardedFor = '198.51.100.7';
      assertEmpty(await anotherSession().plan(declare()));
      web.forwardedFor = undefined;
    });

    test('a password that Keycloak does not know is told of, and nothing in it is taken for absent', async () => {
      await putAnew('admin', 'third-password-that-nobody-set');
      await putAnew('admin', 'fourth-password-that-nobody-set');
      const session = anotherSession();
      const states = await statesOf(session);
      assert.match(
        states[0] ?? '',
        /Invalid user credentials: neither the password that \S+keycloak-admin\S+ holds for admin nor the one before it/,
      );
      assert.equal(states.length, 4);
      assert.deepEqual((await session.plan(declare())).steps, []);
    });
  });
