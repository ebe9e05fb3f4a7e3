import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DeleteSecretCommand, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { makeNames } from '../../../src/aws/names.ts';
import type { Aws } from '../../../src/aws/aws.ts';
import { toReconcileError } from '../../../src/aws/errors.ts';
import { secretSources, type SecretSources } from '../../../src/aws/secret-sources.ts';
import { GraphBuilder, type Graph } from '../../../src/engine/graph.ts';
import { allKinds, look } from '../../../src/engine/look.ts';
import { makePlan, type Plan } from '../../../src/engine/plan.ts';
import { reconcile, type Outcome } from '../../../src/engine/reconcile.ts';
import { systemClock } from '../../../src/engine/timing.ts';
import { declareIdentity } from '../../../src/reconcilers/identity/identity.ts';
import { kmsKey } from '../../../src/reconcilers/identity/kms-key.ts';
import { listSecrets } from '../../../src/reconcilers/identity/secret-list.ts';
import { secret } from '../../../src/reconcilers/identity/secret.ts';
import { serviceLinkedRole } from '../../../src/reconcilers/identity/service-linked-role.ts';
import { ssmParameter } from '../../../src/reconcilers/identity/ssm-parameter.ts';
import { suppliedVersions, type SuppliedVersions } from '../../../src/reconcilers/identity/supplied-versions.ts';
import { openSecret } from '../../../src/reconcilers/open-secret.ts';
import type { Gateway } from '../../../src/spec/gateway.ts';
import { declarationFor } from '../../declaration.ts';
import { awsOf, openAccount, testTiming, type SandboxAccount } from '../../sandbox-account.ts';
import { printPlan } from '../../sandbox-gateway.ts';
import { gatewayOf, withSpec } from '../../spec/given.ts';
import { refuse } from './refuse.ts';

const kinds = { identity: [serviceLinkedRole, kmsKey, secret, ssmParameter] };
const PARAMETER = '/keycloak/database/password';
const supplied = gatewayOf(
  withSpec({
    databases: { keycloak: { password: { env: 'DB' } } },
    embeddings: {
      provider: 'litellm',
      model: 'openai/text-embedding-ada-002',
      dimensions: 1536,
      apiKey: { env: 'API_KEY' },
    },
  }),
);
const generated = gatewayOf(withSpec({}));
const databaseSecret = makeNames(supplied.name, supplied.region).secret.keycloakDatabase;

type Environment = Readonly<Record<string, string>>;

/** One run of the program: what it compared, and what it was told to do. */
interface Run {
  readonly aws: Aws;
  readonly compared: SuppliedVersions;
  readonly graph: Graph;
}

const sourcesOf = (environment: Environment): SecretSources =>
  secretSources(environment, '/', { secretValue: async () => undefined, parameterValue: async () => undefined });

async function begin(account: SandboxAccount, environment: Environment, gateway: Gateway = supplied): Promise<Run> {
  const aws = { ...awsOf(account, { name: gateway.name }), sources: sourcesOf(environment) };
  const compared = await suppliedVersions(aws, gateway);
  const graph = new GraphBuilder(aws.owner);
  const { secrets } = declareIdentity(declarationFor(graph, gateway), compared.versions);
  graph.add(ssmParameter, 'database-password', {
    parameterName: PARAMETER,
    type: 'SecureString',
    value: '{secret}',
    secret: { $secret: secrets.keycloakDatabase.ref('arn', { when: 'ready' }), key: 'password' },
    secretVersion: secrets.keycloakDatabase.ref('versionId'),
  });
  return { aws, compared, graph: graph.build() };
}

async function plan({ aws, graph }: Run): Promise<Plan> {
  const snapshot = await look({
    env: aws,
    graph,
    kinds,
    at: allKinds(kinds),
    known: new Map(),
    classify: toReconcileError,
  });
  return makePlan({ graph, kinds, snapshot });
}

async function apply({ aws, graph }: Run): Promise<Outcome> {
  return reconcile({
    env: aws,
    graph,
    kinds,
    clock: systemClock,
    timing: testTiming,
    random: Math.random,
    openSecret: (ref) => openSecret(aws, ref),
    classify: toReconcileError,
    timeout: 60_000,
  });
}

const failures = (outcome: Outcome): readonly string[] =>
  outcome.failures.map(({ node, error }) => `${node} ${error.code}: ${error.message}`);

async function read({ aws }: Run, SecretId = databaseSecret): Promise<string> {
  const secrets = await aws.secretsmanager();
  return (await secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString ?? '';
}

async function readParameter({ aws }: Run): Promise<string | undefined> {
  const ssm = await aws.ssm();
  return (await ssm.send(new GetParameterCommand({ Name: PARAMETER, WithDecryption: true }))).Parameter?.Value;
}

async function settle(run: Run): Promise<void> {
  const outcome = await apply(run);
  assert.equal(outcome.result, 'converged', [printPlan(outcome.plan), ...failures(outcome)].join('\n'));
  assert.equal(printPlan(await plan(run)), '');
}

const first: Environment = { DB: 'first-canary-value', API_KEY: 'api-canary-value' };

describe('supplied values', () => {
  test('they follow their source, also back to a value of before', async () => {
    const account = await openAccount();
    const ids: (string | undefined)[] = [];
    await settle(await begin(account, first));
    for (const DB of [
      'first-canary-value',
      'second-canary-value',
      'first-canary-value',
      'third-canary-value',
      'second-canary-value',
    ]) {
      const run = await begin(account, { ...first, DB });
      assert.deepEqual(run.compared.notCompared, []);
      const { steps } = await plan(run);
      const wanted = run.compared.versions.get('keycloak-database');
      const moved = steps.map((step) => [step.node, step.waitsFor, step.changes.map(({ path }) => path)]);
      // The parameter that holds the same value follows the secret.
      const followers = [['SsmParameter/database-password', ['Secret/keycloak-database'], ['/secretVersion']]];
      assert.deepEqual(moved, ids.length === 0 ? [] : [['Secret/keycloak-database', [], ['/versionId']], ...followers]);
      if (ids.length > 0) assert.equal(steps[0]?.changes[0]?.to, wanted);
      await settle(run);
      assert.equal(await read(run), JSON.stringify({ username: 'keycloak', password: DB }));
      assert.equal(await readParameter(run), DB);
      ids.push(wanted);
    }
    assert.deepEqual(
      ids.map((id) => ids.indexOf(id)),
      [0, 1, 0, 3, 1],
    );
    assert.match(ids[0] ?? '', /^[0-9a-f]{64}$/);
  });

  test('what is nowhere yet cannot be compared; what is made of it has its version all the same', async () => {
    const account = await openAccount();
    const run = await begin(account, first);
    assert.deepEqual([...run.compared.versions], []);
    assert.deepEqual(run.compared.notCompared, ['keycloak-database', 'embeddings']);
    await settle(run);
    const next = await begin(account, first);
    assert.deepEqual(next.compared.notCompared, []);
    assert.equal(printPlan(await plan(next)), '');
  });

  test('a source that this process lacks keeps the value that lives', async () => {
    const account = await openAccount();
    await settle(await begin(account, first));
    const run = await begin(account, { API_KEY: 'another-canary' });
    assert.deepEqual(run.compared.notCompared, ['keycloak-database']);
    assert.deepEqual(
      (await plan(run)).steps.map((step) => step.node),
      ['Secret/embeddings'],
    );
    await settle(run);
    assert.match(await read(run), /first-canary-value/);
  });

  test('a source that this process lacks is an error for a secret that has to be made, and for nothing else', async () => {
    const run = await begin(await openAccount(), { API_KEY: 'api-canary-value' });
    const outcome = await apply(run);
    assert.equal(outcome.result, 'failed');
    assert.deepEqual(failures(outcome), [
      'Secret/keycloak-database SourceAbsent: the secret keycloak/database is made from the environment variable DB, which is not there',
    ]);
    assert.deepEqual(
      outcome.plan.steps.map((step) => step.node),
      ['Secret/keycloak-database', 'SsmParameter/database-password'],
    );
  });

  test('a password that the database would refuse is told before anything is made of it', async () => {
    const account = await openAccount();
    for (const DB of [
      'seven-c',
      'with space in it',
      'with/slash',
      'with"quote',
      'with@sign',
      'ümlaut-ümlaut',
      'a'.repeat(42),
    ]) {
      await assert.rejects(begin(account, { ...first, DB }), (error: Error) => {
        assert.match(error.message, /^the value of the environment variable DB (is too (short|long)|has a space)/);
        assert.ok(!JSON.stringify([error.message, error.stack, error.cause]).includes(DB));
        return true;
      });
      const run = await begin(account, first);
      const outcome = await apply({ ...run, aws: { ...run.aws, sources: sourcesOf({ ...first, DB }) } });
      assert.match(failures(outcome).join('\n'), /Secret\/keycloak-database BadPassword/);
    }
  });

  test('a value that changes between the plan and its execution is not written', async () => {
    const account = await openAccount();
    await settle(await begin(account, first));
    const run = await begin(account, { ...first, DB: 'second-canary-value' });
    const outcome = await apply({
      ...run,
      aws: { ...run.aws, sources: sourcesOf({ ...first, DB: 'third-canary-value' }) },
    });
    assert.deepEqual(failures(outcome), [
      'Secret/keycloak-database SourceChanged: the environment variable DB has changed since the plan was made: plan again',
    ]);
    assert.match(await read(run), /first-canary-value/);
  });

  test('who may not read the key plans without comparing; so does who finds it scheduled for deletion', async () => {
    const account = await openAccount();
    const run = await begin(account, first);
    await settle(run);
    const blind = await begin(account, {});
    refuse(await blind.aws.secretsmanager(), 'GetSecretValue');
    const aws = { ...blind.aws, sources: sourcesOf(first) };
    assert.deepEqual(await suppliedVersions(aws, supplied), {
      versions: new Map(),
      notCompared: ['keycloak-database', 'embeddings'],
    });
    assert.equal(printPlan(await plan({ ...blind, aws })), '');

    const secrets = await run.aws.secretsmanager();
    const SecretId = makeNames(supplied.name, supplied.region).secret.comparisonKey;
    await secrets.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 7 }));
    const later = await begin(account, first);
    assert.deepEqual(later.compared.notCompared, ['keycloak-database', 'embeddings']);
    await settle(later);
    assert.deepEqual((await begin(account, first)).compared.notCompared, []);
  });

  test('a value that nobody supplies any more stays as it is', async () => {
    const account = await openAccount();
    await settle(await begin(account, first));
    const run = await begin(account, {}, generated);
    assert.deepEqual(run.compared, { versions: new Map(), notCompared: [] });
    assert.equal(printPlan(await plan(run)), '');
    assert.match(await read(run), /first-canary-value/);
  });

  test('it takes one call, and none where nothing is supplied', async () => {
    const account = await openAccount();
    await settle(await begin(account, first));
    const calls: string[] = [];
    const counting = awsOf(account, { name: supplied.name, onCall: (call) => calls.push(call.operation) });
    await suppliedVersions({ ...counting, sources: sourcesOf(first) }, supplied);
    assert.deepEqual(calls, ['GetSecretValue']);
    await suppliedVersions(counting, generated);
    assert.equal(calls.length, 1);
  });

  test('no value is in anything that can be printed', async () => {
    const account = await openAccount();
    const printed: unknown[] = [];
    const show = (...values: readonly unknown[]): void =>
      void printed.push(...values.map((value) => JSON.stringify(value, plainly)));
    const run = await begin(account, first);
    show(run.graph, run.compared, await plan(run));
    const outcome = await apply(run);
    show(
      outcome,
      outcome.failures.map(({ error }) => [error.message, error.stack, error.cause]),
    );
    const next = await begin(account, { DB: 'second-canary-value', API_KEY: 'x' });
    show(next.graph, next.compared, await plan(next), await apply(next));
    const values = await Promise.all((await listSecrets(run.aws)).map(({ Name = '' }) => read(run, Name)));
    assert.equal(values.length, 9);
    for (const value of ['canary', ...values.flatMap(secretIn).filter((text) => text !== 'x')])
      assert.ok(!printed.join('\n').includes(value), 'a value was printed');
  });
});

/** The part of a secret's text that nobody may see. */
function secretIn(text: string): readonly string[] {
  if (!text.startsWith('{')) return [text];
  const { password, client_secret } = JSON.parse(text) as {
    readonly password?: string;
    readonly client_secret?: string;
  };
  return [password, client_secret].filter((value) => value !== undefined);
}

/** Maps, and errors with what they hide, as plain data. */
function plainly(_key: string, value: unknown): unknown {
  if (value instanceof Map) return [...(value as Map<unknown, unknown>)];
  if (value instanceof Error) return { message: value.message, stack: value.stack, cause: value.cause };
  return value;
}
