import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { before, describe, test } from 'node:test';
import { join } from 'node:path';
import { ECSClient, DescribeTaskDefinitionCommand, DescribeTasksCommand, ListTasksCommand } from '@aws-sdk/client-ecs';
import { GetResourcesCommand, ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import { CreateSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParametersCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { outcomeJson, planJson } from '../../src/cli/plan-json.ts';
import { planText } from '../../src/cli/plan-text.ts';
import { eventLine, frameText } from '../../src/cli/progress.ts';
import { planOf } from '../../src/controller/look.ts';
import { outputsOf } from '../../src/controller/outputs.ts';
import { must } from '../../src/engine/errors.ts';
import type { Outcome } from '../../src/engine/reconcile.ts';
import { kinds } from '../../src/reconcilers/index.ts';
import { openAccount, REGION, type SandboxAccount } from '../sandbox-account.ts';
import { ManifestGateway } from './manifest-gateway.ts';

/** One distinctive value for each way to supply one, with signs that JSON and addresses write otherwise. */
const supplied = {
  database: 'canary:env+database%1&',
  documentdb: 'canary:file&documentdb=2',
  administrator: 'canary "ssm" administrator\\3',
  admin: 'canary <member> admin/4',
  grafana: 'canary{secret}grafana 5',
  token: 'canary~ssm~static~token~6',
  entra: 'canary env entra é 7',
  embeddings: 'canary-env-embeddings-8',
  federation: 'canary env federation token 9',
  fernet: `${'canaryFernetKey'.padEnd(43, '0')}=`,
};

describe('a secret value', () => {
  let account: SandboxAccount;
  let gateway: ManifestGateway;
  let spec: Record<string, unknown>;
  const said: { readonly where: string; readonly text: string }[] = [];
  const canaries = new Map<string, string>(Object.entries(supplied));
  const note = (where: string, value: unknown): void =>
    void said.push({ where, text: typeof value === 'string' ? value : JSON.stringify(value) });
  const client = () => ({ region: REGION, credentials: account.credentials });

  before(async () => {
    account = await openAccount();
    gateway = await ManifestGateway.open(account);
    Object.assign(gateway.environment, {
      DATABASE: supplied.database,
      ENTRA: supplied.entra,
      EMBEDDINGS: supplied.embeddings,
      FEDERATION: supplied.federation,
    });
    await gateway.write('secrets/documentdb', supplied.documentdb);
    await gateway.write('secrets/fernet', `${supplied.fernet}\n`);
    const ssm = new SSMClient(client());
    for (const [Name, Value] of [
      ['/team/administrator', supplied.administrator],
      ['/team/token', supplied.token],
    ] as const)
      await ssm.send(new PutParameterCommand({ Name, Value, Type: 'SecureString' }));
    const secrets = new SecretsManagerClient(client());
    const create = async (Name: string, SecretString: string): Promise<string> =>
      must((await secrets.send(new CreateSecretCommand({ Name, SecretString }))).ARN, 'ARN');
    const members = JSON.stringify({ user: 'admin', password: supplied.admin });
    spec = {
      keycloak: { adminPassword: { ssmParameter: '/team/administrator' } },
      databases: {
        keycloak: { password: { env: 'DATABASE' } },
        registry: { password: { file: 'secrets/documentdb' } },
      },
      registry: { adminPassword: { secretArn: await create('team/admin', members), key: 'password' } },
      observability: {
        enabled: true,
        grafana: { adminPassword: { secretArn: await create('team/grafana', supplied.grafana) } },
      },
      embeddings: {
        provider: 'litellm',
        model: 'openai/text-embedding-3-small',
        dimensions: 1536,
        apiKey: { env: 'EMBEDDINGS' },
      },
      security: {
        staticToken: { enabled: true, token: { ssmParameter: '/team/token' } },
        entra: {
          enabled: true,
          tenantId: '11111111-2222-3333-4444-555555555555',
          clientId: '66666666-7777-8888-9999-000000000000',
          clientSecret: { env: 'ENTRA' },
        },
        federation: {
          staticTokenEnabled: true,
          staticToken: { env: 'FEDERATION' },
          encryptionKey: { file: 'secrets/fernet' },
        },
      },
    };
  });

  test('is written to where it belongs', async () => {
    await noteSight('before');
    noteOutcome(await gateway.apply(spec, noting()));
    await noteSight('after');
    const secrets = new SecretsManagerClient(client());
    const names = new Map<string, string>();
    const { snapshot } = await gateway.look(spec);
    const view = must(snapshot.get('Secret'), 'secrets');
    assert.equal(view.status, 'known');
    for (const { name, outputs } of view.live) {
      const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: String(outputs['arn']) }));
      const value = innermost(must(SecretString, name));
      names.set(value, name);
      canaries.set(`generated ${name}`, value);
    }
    for (const [name, value] of Object.entries(supplied)) assert(names.has(value), `${name} is in no secret`);
    assert(names.size >= 15, [...names.values()].join(', '));
    const ssm = new SSMClient(client());
    const { Parameters } = await ssm.send(
      new GetParametersCommand({ Names: ['/keycloak/admin_password'], WithDecryption: true }),
    );
    assert.equal(Parameters?.[0]?.Value, supplied.administrator);
  });

  test('that changes does not show in what changes', async () => {
    gateway.environment['DATABASE'] = 'canary:env+second&database';
    canaries.set('second database', 'canary:env+second&database');
    await noteSight('changed');
    noteOutcome(await gateway.apply(spec, noting()));
  });

  test('that is refused is not in the refusal', async () => {
    const good = gateway.environment['DATABASE'];
    gateway.environment['DATABASE'] = 'canary/refused@database';
    canaries.set('refused database', 'canary/refused@database');
    await assert.rejects(gateway.session(spec), (error: unknown) => {
      assert(error instanceof Error);
      note('refusal', [error.message, error.stack, String(error.cause)]);
      return /DATABASE/.test(error.message);
    });
    gateway.environment['DATABASE'] = good;
    const registry = { adminPassword: { secretArn: grafanaArn(), key: 'password' } };
    await assert.rejects(gateway.session({ ...spec, registry }), (error: unknown) => {
      assert(error instanceof Error);
      note('no JSON', [error.message, error.stack, String(error.cause)]);
      return /does not hold a JSON object/.test(error.message);
    });
  });

  test('is in no task, no definition of one, no tag and no file of ours', async () => {
    const ecs = new ECSClient(client());
    const { snapshot } = await gateway.look(spec);
    const definitions = must(snapshot.get('TaskDefinition'), 'task definitions');
    assert.equal(definitions.status, 'known');
    assert(definitions.live.length >= 10);
    for (const { outputs } of definitions.live)
      note(
        'task definition',
        await ecs.send(
          new DescribeTaskDefinitionCommand({
            taskDefinition: String(outputs['taskDefinitionArn']),
            include: ['TAGS'],
          }),
        ),
      );
    let tasks = 0;
    for (const cluster of ['mcp-gateway-ecs-cluster', 'keycloak']) {
      const { taskArns } = await ecs.send(new ListTasksCommand({ cluster }));
      tasks += taskArns?.length ?? 0;
      note('tasks', await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns, include: ['TAGS'] })));
    }
    assert(tasks >= 10);
    const tagging = new ResourceGroupsTaggingAPIClient(client());
    for (let PaginationToken: string | undefined; PaginationToken !== '';) {
      const page = await tagging.send(new GetResourcesCommand({ PaginationToken }));
      note('tags', page.ResourceTagMappingList);
      PaginationToken = page.PaginationToken ?? '';
    }
    const files = await readdir(gateway.state, { recursive: true, withFileTypes: true });
    const written = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
    assert(written.length >= 2, written.join(', '));
    for (const file of written) note(file, await readFile(file, 'utf8'));
  });

  test('is nowhere in what was said, in whatever writing', () => {
    assert(said.length > 100);
    assert(canaries.size >= 20);
    const leaks = [...canaries].flatMap(([name, value]) =>
      said
        .filter(({ text }) => writings(value).some((writing) => text.includes(writing)))
        .map(({ where }) => `${name} in ${where}`),
    );
    assert.deepEqual([...new Set(leaks)], []);
  });

  const grafanaArn = (): string => {
    const { observability } = spec as { observability: { grafana: { adminPassword: { secretArn: string } } } };
    return observability.grafana.adminPassword.secretArn;
  };

  /** All that one look can say of what is and what would be. */
  async function noteSight(when: string): Promise<void> {
    const session = await gateway.session(spec);
    const sight = await gateway.look(spec);
    const { snapshot, plan, applied } = sight;
    const terminal = { columns: 200, paint: (_: unknown, text: string) => text } as never;
    note(`${when}: plan as JSON`, planJson(plan, session.revision, applied));
    note(`${when}: plan as text`, planText({ plan, kinds, applied, all: true, destroy: false }, terminal));
    note(
      `${when}: plan of a destruction`,
      planJson(planOf(session, sight, { destroy: true, allowData: true }), '', applied),
    );
    note(`${when}: outputs`, outputsOf(sight));
    note(`${when}: what was seen`, [...snapshot]);
    note(`${when}: states`, [...plan.states.values()]);
  }

  function noting(): Parameters<ManifestGateway['apply']>[1] {
    const frame = { owner: '', command: 'apply', planId: '', began: 0, now: Date.now(), kinds, columns: 400 };
    return {
      onProgress: (progress) => note('progress', frameText(progress, frame)),
      onStep: (event) => note('step', eventLine(event)),
    };
  }

  function noteOutcome(outcome: Outcome): void {
    note('outcome as JSON', outcomeJson(outcome.plan, outcome, '', {}));
    note('what was done', outcome.done);
  }
});

/** The secret part of what a secret holds: a text, or the one member that is not to be known. */
function innermost(text: string): string {
  if (!text.startsWith('{')) return text;
  const { password, client_secret: client } = JSON.parse(text) as Readonly<Record<string, string | undefined>>;
  return must(password ?? client, 'member');
}

/** A value as it may stand in a text, in JSON, in JSON within JSON, in an address and in a header. */
function writings(value: string): readonly string[] {
  const json = JSON.stringify(value).slice(1, -1);
  const again = JSON.stringify(json).slice(1, -1);
  return [value, json, again, encodeURIComponent(value), Buffer.from(value).toString('base64')];
}
