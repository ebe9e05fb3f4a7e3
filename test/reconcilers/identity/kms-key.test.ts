import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DisableKeyCommand,
  ListAliasesCommand,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import { must } from '../../../src/engine/errors.ts';
import { NODE_TAG, OWNER_TAG } from '../../../src/engine/graph.ts';
import type { Observed } from '../../../src/engine/kind.ts';
import { liveOf } from '../../../src/engine/snapshot.ts';
import { kmsKey } from '../../../src/reconcilers/identity/kms-key.ts';
import { testKind } from '../../kind-contract.ts';
import { openAccount } from '../../sandbox-account.ts';
import { assertEmpty, SandboxGateway, type Declared } from '../../sandbox-gateway.ts';

testKind(kmsKey, {
  props: (name) => ({ description: 'storage', aliasName: `alias/${name}-storage`, enabled: true, rotationDays: 365 }),
  updates: [{ description: 'storage of the database' }, { aliasName: 'alias/other-name' }],
  observeBudget: 5,
  // A key is called back, enabled and given somebody's alias below.
  uncalled: ['kms:CancelKeyDeletion', 'kms:EnableKey', 'kms:UpdateAlias'],
});

describe('KmsKey in trouble', () => {
  const declare = (gateway: SandboxGateway): Declared =>
    gateway.declare((graph) => {
      graph.add(kmsKey, 'rds', {
        description: 'storage',
        aliasName: 'alias/keycloak-rds',
        enabled: true,
        rotationDays: 365,
      });
    });
  const keys = async (gateway: SandboxGateway): Promise<readonly Observed[]> =>
    liveOf(await gateway.look(declare(gateway)), 'KmsKey');
  const idOf = (live: Observed | undefined): string => String(must(live, 'key').outputs['keyId']);

  async function aliasTarget(gateway: SandboxGateway): Promise<string | undefined> {
    const kms = await gateway.aws.kms();
    const { Aliases } = await kms.send(new ListAliasesCommand({}));
    return Aliases?.find((alias) => alias.AliasName === 'alias/keycloak-rds')?.TargetKeyId;
  }

  async function strangersKey(gateway: SandboxGateway, tags: Readonly<Record<string, string>> = {}): Promise<string> {
    const kms = await gateway.aws.kms();
    const Tags = Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
    return must((await kms.send(new CreateKeyCommand({ Tags }))).KeyMetadata?.KeyId, 'KeyId');
  }

  test('a removed key waits without its name, and is the same key when it is wanted again', async () => {
    const gateway = new SandboxGateway(await openAccount());
    await gateway.apply(declare(gateway));
    const [made] = await keys(gateway);
    for (const _ of ['once', 'and again']) {
      await gateway.destroy(declare(gateway));
      assert.deepEqual(
        (await keys(gateway)).map((live) => live.phase),
        ['deleting'],
      );
      assert.equal(await aliasTarget(gateway), undefined);

      await gateway.apply(declare(gateway));
      const back = await keys(gateway);
      assert.deepEqual(
        back.map(({ phase, outputs, props }) => ({ phase, outputs, props })),
        [{ phase: 'ready', outputs: made?.outputs, props: made?.props }],
      );
      assertEmpty(await gateway.plan(declare(gateway)));
    }
  });

  test('a key that somebody disabled is enabled again', async () => {
    const gateway = new SandboxGateway(await openAccount());
    await gateway.apply(declare(gateway));
    const kms = await gateway.aws.kms();
    await kms.send(new DisableKeyCommand({ KeyId: idOf((await keys(gateway))[0]) }));
    const [step] = (await gateway.plan(declare(gateway))).steps;
    assert.ok(step?.changes.some((change) => change.path === '/enabled'));
    await gateway.apply(declare(gateway));
    assertEmpty(await gateway.plan(declare(gateway)));
  });

  test('the name of a dying key is taken over, that of a living one is not', async () => {
    const gateway = new SandboxGateway(await openAccount());
    const kms = await gateway.aws.kms();
    const theirs = await strangersKey(gateway, { team: 'payments' });
    await kms.send(new CreateAliasCommand({ AliasName: 'alias/keycloak-rds', TargetKeyId: theirs }));
    const plan = await gateway.plan(declare(gateway));
    assert.deepEqual(plan.steps, []);
    assert.match(plan.states.get('KmsKey/rds')?.because ?? '', /belongs to somebody else/);

    await kms.send(new ScheduleKeyDeletionCommand({ KeyId: theirs, PendingWindowInDays: 7 }));
    await gateway.apply(declare(gateway));
    assert.notEqual(await aliasTarget(gateway), theirs);
    assertEmpty(await gateway.plan(declare(gateway)));
  });

  test('of two keys the spare one goes', async () => {
    const gateway = new SandboxGateway(await openAccount());
    await gateway.apply(declare(gateway));
    const [first] = await keys(gateway);
    const spare = await strangersKey(gateway, { [OWNER_TAG]: gateway.aws.owner, [NODE_TAG]: 'KmsKey/rds' });
    await gateway.apply(declare(gateway));
    const phases = new Map((await keys(gateway)).map((live) => [idOf(live), live.phase]));
    assert.deepEqual(
      phases,
      new Map([
        [idOf(first), 'ready'],
        [spare, 'deleting'],
      ]),
    );
    assert.equal(await aliasTarget(gateway), idOf(first));
  });
});
