import { createHash } from 'node:crypto';
import type { ParameterMetadata } from '@aws-sdk/client-ssm';
import type { Aws, AwsKind } from '../../aws/aws.ts';
import { ignoreGone } from '../../aws/errors.ts';
import { ownedTags } from '../../aws/owned-tags.ts';
import { foreignMark, fromTags, nodeName } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';
import type { Observed, Tags } from '../../engine/kind.ts';
import { known } from '../../engine/ref.ts';
import type { Secret } from '../../engine/secret.ts';
import { listNamed, listOwn, tagsOf, valuesOf } from './parameter-list.ts';

export interface SsmParameterProps {
  readonly parameterName: string;
  readonly type: 'String' | 'SecureString';
  /** `{secret}` stands for the secret, `{secret:url}` for the same as it may stand in an address. */
  readonly value: string;
  readonly secret?: Secret;
  /** The version of the secret: when there is another one, it is written into the parameter. */
  readonly secretVersion?: string;
}

export interface SsmParameterOutputs {
  readonly parameterArn: string;
  readonly parameterName: string;
}

/**
 * A value with a secret in it is not read back. `<version of the secret>:<version of the parameter>` says what was
 * written, and that nobody has written since; the digest is that of the text around the secret.
 */
const VERSION_TAG = 'mcpgw:secret-version';
const DIGEST_TAG = 'mcpgw:value-digest';

export const ssmParameter: AwsKind<SsmParameterProps, SsmParameterOutputs> = {
  name: 'SsmParameter',
  immutable: ['parameterName', 'type'],
  replace: 'delete-first',
  identifies: ['parameterArn'],
  takes: { create: 1, update: 1, delete: 1 },
  actions: {
    read: ['ssm:DescribeParameters', 'ssm:GetParameters', 'ssm:ListTagsForResource', 'tag:GetResources'],
    write: ['ssm:AddTagsToResource', 'ssm:DeleteParameter', 'ssm:PutParameter'],
  },
  // A value that waits for another node is none yet, and differs.
  tolerates: { value: (live, wanted) => typeof wanted === 'string' && live === digest(wanted) },

  async observe({ env: aws, nodes }) {
    const wanted = new Map(nodes.map((node) => [known<string>(node.props.parameterName) ?? '', node]));
    const [own, owned] = await Promise.all([listOwn(aws), ownedTags(aws, 'ssm:parameter')]);
    const names = own.map((item) => must(item.Name, 'Name'));
    const holdsSecret = (name: string): boolean => wanted.get(name)?.props.secret !== undefined;
    const [values, others] = await Promise.all([
      valuesOf(
        aws,
        names.filter((name) => wanted.has(name) && !holdsSecret(name)),
      ),
      listNamed(
        aws,
        [...wanted.keys()].filter((name) => !names.includes(name)),
      ),
    ]);
    return Promise.all(
      [...own, ...others].map(async (item) => {
        const name = must(item.Name, 'Name');
        const listed = holdsSecret(name) ? undefined : owned.get(arnOf(aws, name));
        const tags = listed ?? (await tagsOf(aws, name));
        return toObserved(
          aws,
          item,
          wanted.get(name)?.name,
          tags,
          holdsSecret(name) ? written(item, tags) : { value: values.get(name) },
        );
      }),
    );
  },

  // Tags go into the call that makes one, and into no call that overwrites.
  async create({ env: aws, node }, props) {
    const ssm = await aws.ssm();
    const { parameterName: Name, type: Type } = props;
    const tags = { ...node.tags, ...marks(props, 1) };
    await ssm.send(new ssm.PutParameterCommand({ Name, Type, Value: textOf(props), Tags: fromTags(tags) }));
    const value = props.secret === undefined ? { value: props.value } : written({ Version: 1 }, tags);
    return toObserved(aws, { Name, Type }, node.name, tags, value);
  },

  async update({ env: aws }, _live, props) {
    const ssm = await aws.ssm();
    const { parameterName: Name, type: Type } = props;
    const { Version } = await ssm.send(
      new ssm.PutParameterCommand({ Name, Type, Value: textOf(props), Overwrite: true }),
    );
    if (props.secret === undefined) return;
    await retag(aws, Name, marks(props, must(Version, 'Version')));
  },

  retag: (act, live, tags) => retag(act.env, live.outputs.parameterName, tags),

  async delete({ env: aws }, live) {
    const ssm = await aws.ssm();
    await ignoreGone(ssm.send(new ssm.DeleteParameterCommand({ Name: live.outputs.parameterName })));
  },
};

const textOf = ({ value, secret }: SsmParameterProps): string =>
  secret === undefined
    ? value
    : value.replace(/\{secret(:url)?\}/g, (_, url) =>
        url === undefined ? secret.open() : encodeURIComponent(secret.open()),
      );

const digest = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;

const marks = ({ value, secret, secretVersion }: SsmParameterProps, version: number): Tags =>
  secret === undefined ? {} : { [VERSION_TAG]: `${secretVersion ?? ''}:${version}`, [DIGEST_TAG]: digest(value) };

/** What a parameter with a secret in it was last set to, as far as the tags are still true. */
function written({ Version }: ParameterMetadata, tags: Tags): Partial<SsmParameterProps> {
  const [secretVersion, version] = (tags[VERSION_TAG] ?? '').split(':');
  return version === String(Version) ? { value: tags[DIGEST_TAG] ?? '', secretVersion: secretVersion ?? '' } : {};
}

async function retag(aws: Aws, ResourceId: string | undefined, tags: Tags): Promise<void> {
  const ssm = await aws.ssm();
  await ssm.send(new ssm.AddTagsToResourceCommand({ ResourceType: 'Parameter', ResourceId, Tags: fromTags(tags) }));
}

const arnOf = ({ partition, region, accountId }: Aws, name: string): string =>
  `arn:${partition}:ssm:${region}:${accountId}:parameter${name.startsWith('/') ? name : `/${name}`}`;

function toObserved(
  aws: Aws,
  { Name, Type }: ParameterMetadata,
  node: string | undefined,
  tags: Tags,
  { value, secretVersion }: { readonly value?: string | undefined; readonly secretVersion?: string | undefined },
): Observed<SsmParameterProps, SsmParameterOutputs> {
  const parameterName = must(Name, 'Name');
  return {
    name: nodeName('SsmParameter', tags) ?? node ?? parameterName,
    phase: 'ready',
    props: { parameterName, type: Type === 'String' ? 'String' : 'SecureString', value, secretVersion },
    outputs: { parameterArn: arnOf(aws, parameterName), parameterName },
    tags,
    foreign: foreignMark(tags),
  };
}
