import type { Aws, AwsKind } from '../../aws/aws.ts';
import { ignoreGone } from '../../aws/errors.ts';
import { sourceText } from '../../aws/secret-sources.ts';
import { foreignMark, fromTags, nodeName, toTags } from '../../aws/tags.ts';
import { equal } from '../../engine/diff.ts';
import { must, stalled } from '../../engine/errors.ts';
import type { Observed } from '../../engine/kind.ts';
import { known } from '../../engine/ref.ts';
import type { Secret } from '../../engine/secret.ts';
import {
  currentVersion,
  describeSecrets,
  distrustList,
  isListTrusted,
  listSecrets,
  trustList,
  type SecretEntry,
} from './secret-list.ts';
import { suppliedFrom, textOf, type SecretContent, type SecretText } from './secret-value.ts';

export interface SecretProps {
  readonly secretName: string;
  readonly description: string;
  readonly content: SecretContent;
  /** For supplied values: turns one into the id of its version. */
  readonly comparisonKey?: Secret;
  /** Of the value that the source holds now. Left out where it cannot be known: then nothing is compared. */
  readonly versionId?: string;
}

export interface SecretOutputs {
  /** Another one when a secret of the same name is made again. */
  readonly arn: string;
  readonly name: string;
  readonly versionId: string;
}

const RECOVERY_DAYS = 7;

export const secret: AwsKind<SecretProps, SecretOutputs> = {
  name: 'Secret',
  immutable: ['secretName'],
  replace: 'refuse',
  refusal: 'a secret of another name would have another value: its name follows from metadata.name',
  identifies: ['arn'],
  moves: (fields) => (fields.includes('versionId') ? ['versionId'] : []),
  stateful: true,
  takes: { create: 1, update: 1, delete: 1 },
  actions: {
    read: ['secretsmanager:DescribeSecret', 'secretsmanager:ListSecrets'],
    write: [
      'secretsmanager:CreateSecret',
      'secretsmanager:DeleteSecret',
      'secretsmanager:PutSecretValue',
      'secretsmanager:RestoreSecret',
      'secretsmanager:TagResource',
      'secretsmanager:UpdateSecret',
      'secretsmanager:UpdateSecretVersionStage',
    ],
    // The engine opens the comparison key.
    implied: ['secretsmanager:GetSecretValue'],
  },
  // What a secret holds cannot be read; the version stands for it.
  tolerates: { content: () => true },

  async observe({ env: aws, nodes }) {
    const wanted = new Map(nodes.map((node) => [known<string>(node.props.secretName) ?? '', node]));
    const observed = (entry: SecretEntry): Observed<SecretProps, SecretOutputs> =>
      toObserved(entry, wanted.get(entry.Name ?? '')?.name);
    const listed = (await listSecrets(aws)).map(observed);
    const isAsWanted = (live: Observed<SecretProps>): boolean => {
      const props = wanted.get(live.props.secretName ?? '')?.props;
      const version = known<string | undefined>(props?.versionId) ?? live.props.versionId;
      return (
        live.phase === 'ready' &&
        version === live.props.versionId &&
        known(props?.description) === live.props.description
      );
    };
    if (listed.filter(isAsWanted).length === wanted.size && isListTrusted(aws)) return listed;

    // The list may lag five minutes behind, so that what it says otherwise than we wish proves nothing.
    const described = (await describeSecrets(aws, [...wanted.keys()])).map(observed);
    const others = listed.filter((live) => !wanted.has(live.props.secretName ?? ''));
    if (equal(byName(listed), byName([...others, ...described]))) trustList(aws);
    return [...others, ...described];
  },

  async create({ env: aws, node, token }, props) {
    const secrets = await aws.secretsmanager();
    const { text, versionId = token } = await wantedText(aws, props);
    const input = {
      Name: props.secretName,
      Description: props.description,
      SecretString: text,
      ClientRequestToken: versionId,
    };
    distrustList(aws);
    const { ARN, Name } = await secrets.send(new secrets.CreateSecretCommand({ ...input, Tags: fromTags(node.tags) }));
    const VersionIdsToStages = { [versionId]: ['AWSCURRENT'] };
    return toObserved(
      { ARN, Name, Description: props.description, VersionIdsToStages, Tags: fromTags(node.tags) },
      node.name,
    );
  },

  async update({ env: aws }, live, props, changed) {
    const secrets = await aws.secretsmanager();
    const SecretId = must(live.outputs.arn, 'arn');
    distrustList(aws);
    if (changed.has('description'))
      await secrets.send(new secrets.UpdateSecretCommand({ SecretId, Description: props.description }));
    if (changed.has('versionId')) await putVersion(aws, SecretId, await wantedText(aws, props));
  },

  async retag({ env: aws }, live, tags) {
    const secrets = await aws.secretsmanager();
    distrustList(aws);
    await secrets.send(new secrets.TagResourceCommand({ SecretId: live.outputs.arn, Tags: fromTags(tags) }));
  },

  async restore({ env: aws }, live) {
    const secrets = await aws.secretsmanager();
    distrustList(aws);
    await secrets.send(new secrets.RestoreSecretCommand({ SecretId: live.outputs.arn }));
  },

  async delete({ env: aws }, live) {
    const secrets = await aws.secretsmanager();
    distrustList(aws);
    const input = { SecretId: live.outputs.arn, RecoveryWindowInDays: RECOVERY_DAYS };
    await ignoreGone(secrets.send(new secrets.DeleteSecretCommand(input)));
  },
};

async function wantedText(
  aws: Aws,
  { secretName, content, comparisonKey, versionId }: SecretProps,
): Promise<SecretText> {
  const found = await textOf(aws, content, comparisonKey);
  const from = suppliedFrom(content);
  const source = from === undefined ? '' : sourceText(from);
  if (found === undefined)
    throw stalled('SourceAbsent', `the secret ${secretName} is made from ${source}, which is not there`);
  if (versionId !== undefined && versionId !== found.versionId)
    throw stalled('SourceChanged', `${source} has changed since the plan was made: plan again`);
  return found;
}

/** Makes a value the current one, be it new or one that was there before. */
async function putVersion(aws: Aws, SecretId: string, { text, versionId }: SecretText): Promise<void> {
  const secrets = await aws.secretsmanager();
  const input = { SecretId, SecretString: text, ClientRequestToken: must(versionId, 'versionId') };
  await secrets.send(new secrets.PutSecretValueCommand(input));
  // A value that was there before is not made current by putting it again: that succeeds and does nothing.
  const current = currentVersion(await secrets.send(new secrets.DescribeSecretCommand({ SecretId })));
  if (current === versionId) return;
  const move = { SecretId, VersionStage: 'AWSCURRENT', MoveToVersionId: versionId, RemoveFromVersionId: current };
  await secrets.send(new secrets.UpdateSecretVersionStageCommand(move));
}

const byName = (list: readonly Observed[]): readonly Observed[] => list.toSorted((a, b) => (a.name < b.name ? -1 : 1));

function toObserved(entry: SecretEntry, node: string | undefined): Observed<SecretProps, SecretOutputs> {
  const tags = toTags(entry.Tags);
  const versionId = currentVersion(entry);
  return {
    name: nodeName('Secret', tags) ?? node ?? must(entry.Name, 'Name'),
    phase: entry.DeletedDate !== undefined ? 'deleting' : versionId === undefined ? 'failed' : 'ready',
    because: versionId === undefined ? 'it holds no value: put one in, or delete it for good' : undefined,
    props: { secretName: entry.Name, description: entry.Description ?? '', content: undefined, versionId },
    outputs: { arn: entry.ARN, name: entry.Name, versionId },
    tags,
    foreign: entry.OwningService !== undefined ? `the service ${entry.OwningService}` : foreignMark(tags),
    createdAt: entry.CreatedDate?.getTime(),
  };
}
