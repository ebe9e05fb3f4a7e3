import type { Aws, AwsKind } from '../../aws/aws.ts';
import { orUndefined } from '../../aws/errors.ts';
import { makeNames } from '../../aws/names.ts';
import { collect } from '../../aws/pages.ts';
import { foreignMark, fromTagsLowerCase, isOurs, nodeName, toTags } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';
import type { Act, Observed, Tags } from '../../engine/kind.ts';
import { known } from '../../engine/ref.ts';
import { cluster } from './cluster.ts';
import { servicesIn } from './service-list.ts';
import { SECRETS_TAG, secretsMark, toInput, toProps, type TaskDefinitionProps } from './task-definition-form.ts';

export interface TaskDefinitionOutputs {
  /** With the revision's number. */
  readonly taskDefinitionArn: string;
  readonly family: string;
}

/** How many revisions stay for a rollback. */
const KEPT = 5;

/** A family of task definitions. AWS changes none of them: a change registers the family's next revision. */
export const taskDefinition: AwsKind<TaskDefinitionProps, TaskDefinitionOutputs> = {
  name: 'TaskDefinition',
  immutable: ['family'],
  replace: 'new-first',
  identifies: ['taskDefinitionArn'],
  identity: ['family'],
  moves: (fields) => (fields.length > 0 ? ['taskDefinitionArn'] : []),
  takes: { create: 1, update: 1, delete: 2 },
  actions: {
    read: [
      'ecs:ListTaskDefinitionFamilies',
      'ecs:ListTaskDefinitions',
      'ecs:DescribeTaskDefinition',
      'ecs:ListServices',
      'ecs:DescribeServices',
    ],
    write: [
      'ecs:RegisterTaskDefinition',
      'ecs:DeregisterTaskDefinition',
      'ecs:DeleteTaskDefinitions',
      'ecs:TagResource',
    ],
    implied: ['iam:PassRole'],
  },

  canonical: ({ secretVersions, ...props }) => ({
    ...props,
    secretVersions: typeof secretVersions === 'string' ? secretsMark(secretVersions) : secretVersions,
  }),

  async observe({ env: aws, nodes }) {
    const { prefix } = makeNames(must(aws.owner.split('/')[1], 'owner'), aws.region);
    const ecs = await aws.ecs();
    const listed = await collect(
      ecs.paginateListTaskDefinitionFamilies({ client: ecs.client }, { familyPrefix: `${prefix}-`, status: 'ACTIVE' }),
      (page) => page.families,
    );
    const wanted = nodes.flatMap((node) => known<string>(node.props.family) ?? []);
    const found = await Promise.all([...new Set([...wanted, ...listed])].map((family) => newestOf(aws, family)));
    return found.filter((item) => item !== undefined);
  },

  async create(act, props) {
    return register(act, props);
  },

  async update(act, _live, props) {
    await register(act, props);
    const older = (await revisionsOf(act.env, props.family)).slice(KEPT);
    if (older.length === 0) return;
    // After a row of failures what runs is older than all that is kept.
    const services = await servicesIn(act.env, act.live(cluster), []);
    const used = new Set(services.flatMap((item) => item.deployments ?? []).map((item) => item.taskDefinition));
    for (const arn of older)
      if (!used.has(arn) && isOurs(act.env, (await read(act.env, arn))?.tags ?? {})) await deregister(act.env, arn);
  },

  async retag({ env: aws }, live, tags) {
    const ecs = await aws.ecs();
    await ecs.send(
      new ecs.TagResourceCommand({ resourceArn: live.outputs.taskDefinitionArn, tags: fromTagsLowerCase(tags) }),
    );
  },

  async delete({ env: aws }, live) {
    const ecs = await aws.ecs();
    // The newest goes last: as long as it stands, the family is seen.
    for (const arn of [...(await revisionsOf(aws, must(live.props.family, 'family')))].reverse()) {
      if (!isOurs(aws, (await read(aws, arn))?.tags ?? {})) continue;
      await deregister(aws, arn);
      await ecs.send(new ecs.DeleteTaskDefinitionsCommand({ taskDefinitions: [arn] }));
    }
  },
};

type Live = Observed<TaskDefinitionProps, TaskDefinitionOutputs>;

// Nothing keeps a repeated call from registering a second revision, which would be a second rollout.
async function register({ env: aws, node }: Act<Aws>, props: TaskDefinitionProps): Promise<Live> {
  const ecs = await aws.ecs();
  const tags = { ...node.tags, [SECRETS_TAG]: secretsMark(props.secretVersions) };
  const result = await ecs.sendOnce(
    new ecs.RegisterTaskDefinitionCommand({ ...toInput(props, aws.region), tags: fromTagsLowerCase(tags) }),
  );
  return toObserved(must(result.taskDefinition, 'taskDefinition'), tags);
}

/** The newest revision that is ours; failing that, somebody else's, so that it is not built upon. */
async function newestOf(aws: Aws, family: string): Promise<Live | undefined> {
  const newest = await read(aws, family);
  if (newest === undefined || isOurs(aws, newest.tags ?? {})) return newest;
  for (const arn of (await revisionsOf(aws, family)).slice(1, KEPT)) {
    const older = await read(aws, arn);
    if (older !== undefined && isOurs(aws, older.tags ?? {})) return older;
  }
  return newest;
}

/** A revision by its ARN, or the newest active one of a family. */
async function read(aws: Aws, name: string): Promise<Live | undefined> {
  const ecs = await aws.ecs();
  const answer = await orUndefined(
    ecs.send(new ecs.DescribeTaskDefinitionCommand({ taskDefinition: name, include: ['TAGS'] })),
  );
  const item = answer?.taskDefinition;
  return item === undefined || item.status !== 'ACTIVE' ? undefined : toObserved(item, toTags(answer?.tags));
}

/** The active ones, the newest first. */
async function revisionsOf(aws: Aws, family: string): Promise<readonly string[]> {
  const ecs = await aws.ecs();
  // The prefix is the whole name here, unlike in the list of families.
  const pages = ecs.paginateListTaskDefinitions(
    { client: ecs.client },
    { familyPrefix: family, status: 'ACTIVE', sort: 'DESC' },
  );
  return collect(pages, (page) => page.taskDefinitionArns);
}

async function deregister(aws: Aws, arn: string): Promise<void> {
  const ecs = await aws.ecs();
  await ecs.send(new ecs.DeregisterTaskDefinitionCommand({ taskDefinition: arn }));
}

function toObserved(item: Parameters<typeof toProps>[0], tags: Tags): Live {
  return {
    name: nodeName('TaskDefinition', tags) ?? must(item.family, 'family'),
    phase: 'ready',
    props: toProps(item, tags),
    outputs: { taskDefinitionArn: item.taskDefinitionArn, family: item.family },
    tags,
    foreign: foreignMark(tags),
    createdAt: item.registeredAt?.getTime(),
  };
}
