import assert from 'node:assert/strict';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { makeNames } from '../src/aws/names.ts';
import { must } from '../src/engine/errors.ts';
import { Secret } from '../src/engine/secret.ts';
import { systemClock } from '../src/engine/timing.ts';
import { createWeb, type Web } from '../src/outside/http.ts';
import { Admin } from '../src/reconcilers/keycloak/admin.ts';
import { proxyOf, REGION, testTiming, type SandboxAccount } from './sandbox-account.ts';

type Outputs = Readonly<Record<string, { readonly value: unknown }>>;

/** Where the registry sends a browser to sign in, for it to come back to one of the registry's addresses. */
export function signInUrl(keycloak: string, registry: string): string {
  const query = new URLSearchParams({
    client_id: 'mcp-gateway-web',
    response_type: 'code',
    scope: 'openid',
    redirect_uri: `${registry}/oauth2/callback/keycloak`,
  });
  return `${keycloak}/realms/mcp-gateway/protocol/openid-connect/auth?${query.toString()}`;
}

/**
 * Insists that people sign in by each name of Keycloak, and get back to each name of the registry and nowhere else.
 *
 * @param besideCloudFront the names of the load balancers and those of CloudFront are public, both
 * @param added further host names of the registry
 */
export async function assertSignIns(
  account: SandboxAccount,
  outputs: Outputs,
  {
    besideCloudFront = false,
    added = [],
  }: { readonly besideCloudFront?: boolean; readonly added?: readonly string[] } = {},
): Promise<void> {
  const urls = (...names: readonly string[]): readonly string[] =>
    (besideCloudFront ? names : names.slice(0, 1)).map((name) => String(outputs[name]?.value));
  const own = [...urls('mcp_gateway_url', 'cloudfront_mcp_gateway_url'), ...added.map((host) => `https://${host}`)];
  const others = own.flatMap((url) => [
    `${url}.example.net`,
    url.startsWith('https:') ? url.replace('https:', 'http:') : url.replace('http:', 'https:'),
  ]);
  const web = webOf(account);
  const wrong: string[] = [];
  for (const keycloak of urls('keycloak_url', 'cloudfront_keycloak_url'))
    for (const registry of [...own, ...others, 'https://foreign.example.net']) {
      const answer = await web.ask({ url: signInUrl(keycloak, registry) });
      const said = 'failure' in answer ? answer.reason : answer.status;
      if (said !== (own.includes(registry) ? 200 : 400)) wrong.push(`${keycloak} to ${registry}: ${said}`);
    }
  assert.deepEqual(wrong, []);
}

/**
 * Keycloak's administrator, who comes from outside as people do.
 *
 * @param password by default the one in Secrets Manager
 */
export async function administratorOf(account: SandboxAccount, outputs: Outputs, password?: string): Promise<Admin> {
  const url = String(outputs['keycloak_url']?.value);
  const name = makeNames('mcp-gateway', REGION).secret.keycloakAdmin;
  return new Admin(
    { web: webOf(account), clock: systemClock, timing: testTiming },
    {
      url,
      via: new URL(url).hostname,
      username: 'admin',
      password: new Secret(password ?? (await secretText(account, name))),
    },
  );
}

export interface FoundClient {
  readonly id: string;
  readonly clientId: string;
  readonly secret: string;
  readonly redirectUris: readonly string[];
  readonly protocolMappers: readonly { readonly name: string; readonly config: Readonly<Record<string, string>> }[];
}

/** A client of the gateway's realm, as Keycloak has it. */
export async function clientIn(admin: Admin, clientId: string): Promise<FoundClient> {
  const path = `/mcp-gateway/clients?clientId=${encodeURIComponent(clientId)}`;
  return must((await admin.get<readonly FoundClient[]>(path))?.[0], clientId);
}

/** Insists that the programs of the gateway are told what Keycloak takes from them. */
export async function assertSecretsAgree(account: SandboxAccount, admin: Admin): Promise<void> {
  for (const [clientId, name] of [
    ['mcp-gateway-web', 'mcp-gateway-keycloak-client-secret'],
    ['mcp-gateway-m2m', 'mcp-gateway-keycloak-m2m-client-secret'],
  ] as const) {
    const told = JSON.parse(await secretText(account, name)) as { readonly client_secret: string };
    assert((await clientIn(admin, clientId)).secret === told.client_secret, `${clientId} has another secret`);
  }
}

const webOf = ({ accountId }: SandboxAccount): Web => createWeb({ proxy: proxyOf(accountId), timing: testTiming });

async function secretText({ credentials }: SandboxAccount, SecretId: string): Promise<string> {
  const secrets = new SecretsManagerClient({ region: REGION, credentials });
  return must((await secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString, SecretId);
}
