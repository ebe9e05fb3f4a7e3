import type { KeyState } from '@aws-sdk/client-kms';
import type { AwsKind } from '../../aws/aws.ts';
import { ignoreGone } from '../../aws/errors.ts';
import { foreignMark, nodeName } from '../../aws/tags.ts';
import { must, stalled } from '../../engine/errors.ts';
import type { Observed, Phase } from '../../engine/kind.ts';
import { known } from '../../engine/ref.ts';
import { aliasTarget, fromKeyTags, listKeys, type Key } from './kms-keys.ts';

/** A symmetric key for data at rest, with its one alias. */
export interface KmsKeyProps {
  readonly description: string;
  readonly aliasName: string;
  readonly enabled: boolean;
  readonly rotationDays: number;
}

export interface KmsKeyOutputs {
  readonly keyArn: string;
  readonly keyId: string;
}

const WINDOW_DAYS = 7;

export const kmsKey: AwsKind<KmsKeyProps, KmsKeyOutputs> = {
  name: 'KmsKey',
  immutable: [],
  replace: 'refuse',
  identifies: ['keyArn', 'keyId'],
  nameless: true,
  stateful: true,
  takes: { create: 5, update: 5, delete: 2 },
  actions: {
    read: [
      'kms:DescribeKey',
      'kms:GetKeyRotationStatus',
      'kms:ListAliases',
      'kms:ListKeys',
      'kms:ListResourceTags',
      'tag:GetResources',
    ],
    write: [
      'kms:CancelKeyDeletion',
      'kms:CreateAlias',
      'kms:CreateKey',
      'kms:DeleteAlias',
      'kms:EnableKey',
      'kms:EnableKeyRotation',
      'kms:ScheduleKeyDeletion',
      'kms:TagResource',
      'kms:UpdateAlias',
      'kms:UpdateKeyDescription',
    ],
  },

  async observe({ env: aws, nodes }) {
    const wanted = new Map(nodes.map((node) => [known<string>(node.props.aliasName) ?? '', node.name]));
    const keys = await listKeys(aws, new Set(wanted.keys()));
    return keys.map((key) => toObserved(key, wanted.get(key.aliasName ?? '')));
  },

  async create({ env: aws, node }, props) {
    const kms = await aws.kms();
    const { KeyMetadata } = await kms.sendOnce(
      new kms.CreateKeyCommand({ Description: props.description, Tags: fromKeyTags(node.tags) }),
    );
    return toObserved({ ...must(KeyMetadata, 'KeyMetadata'), tags: node.tags }, node.name);
  },

  async update({ env: aws }, live, props, changed) {
    const kms = await aws.kms();
    const KeyId = must(live.outputs.keyId, 'keyId');
    // First: while a key is disabled, nothing else of it can be changed.
    if (changed.has('enabled')) await kms.send(new kms.EnableKeyCommand({ KeyId }));
    if (changed.has('description'))
      await kms.send(new kms.UpdateKeyDescriptionCommand({ KeyId, Description: props.description }));
    if (changed.has('rotationDays'))
      await kms.send(new kms.EnableKeyRotationCommand({ KeyId, RotationPeriodInDays: props.rotationDays }));
    if (!changed.has('aliasName')) return;
    const input = { AliasName: props.aliasName, TargetKeyId: KeyId };
    const target = await aliasTarget(aws, props.aliasName);
    if (target === undefined) await kms.send(new kms.CreateAliasCommand(input));
    // An alias outlives its key's good days: it stays while that is waiting to be deleted.
    else if (target.ours || target.KeyState === 'PendingDeletion') await kms.send(new kms.UpdateAliasCommand(input));
    else
      throw stalled(
        'AliasTaken',
        `${props.aliasName} stands for the key ${target.Arn ?? ''}, which is not this gateway's`,
      );
  },

  async retag({ env: aws }, live, tags) {
    const kms = await aws.kms();
    await kms.send(new kms.TagResourceCommand({ KeyId: live.outputs.keyId, Tags: fromKeyTags(tags) }));
  },

  async restore({ env: aws }, live) {
    const kms = await aws.kms();
    const { keyId: KeyId } = live.outputs;
    await kms.send(new kms.CancelKeyDeletionCommand({ KeyId }));
    // A key that was called back is disabled.
    await kms.send(new kms.EnableKeyCommand({ KeyId }));
  },

  async delete({ env: aws }, live) {
    const kms = await aws.kms();
    // The alias first: left behind, it would hold its name and lead the next key's users to a dying one.
    if (live.props.aliasName !== undefined)
      await ignoreGone(kms.send(new kms.DeleteAliasCommand({ AliasName: live.props.aliasName })));
    const input = { KeyId: live.outputs.keyId, PendingWindowInDays: WINDOW_DAYS };
    await ignoreGone(kms.send(new kms.ScheduleKeyDeletionCommand(input)));
  },
};

const PHASES: Readonly<Record<KeyState, Phase>> = {
  Creating: 'pending',
  Updating: 'pending',
  Enabled: 'ready',
  Disabled: 'ready',
  PendingDeletion: 'deleting',
  PendingReplicaDeletion: 'deleting',
  PendingImport: 'failed',
  Unavailable: 'failed',
};

function toObserved(key: Key, node: string | undefined): Observed<KmsKeyProps, KmsKeyOutputs> {
  const phase = PHASES[key.KeyState ?? 'Enabled'];
  return {
    name: nodeName('KmsKey', key.tags) ?? node ?? must(key.KeyId, 'KeyId'),
    phase,
    because: phase === 'failed' ? `the key is ${key.KeyState ?? ''}` : undefined,
    props: {
      description: key.Description ?? '',
      aliasName: key.aliasName,
      enabled: key.KeyState !== 'Disabled',
      rotationDays: key.rotationDays,
    },
    outputs: { keyArn: key.Arn, keyId: key.KeyId },
    tags: key.tags,
    foreign: foreignMark(key.tags),
    createdAt: key.CreationDate?.getTime(),
  };
}
