import type { DBClusterParameterGroup, DescribeDBClusterParametersMessage, Parameter } from '@aws-sdk/client-rds';
import type { Aws, AwsKind } from '../../aws/aws.ts';
import { ignoreGone } from '../../aws/errors.ts';
import { chunks, collect } from '../../aws/pages.ts';
import { fromTags } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';
import type { Observed } from '../../engine/kind.ts';
import { known } from '../../engine/ref.ts';
import { claim, isNamedLike, ours, type Claim } from './claim.ts';
import { retagRds, tagsOf } from './rds-tags.ts';

export interface ClusterParameterGroupProps {
  readonly dbClusterParameterGroupName: string;
  /** Engine and major version: `aurora-postgresql16`, `docdb5.0`. */
  readonly family: string;
  readonly description: string;
  /** Those that matter here; others are left as they are. */
  readonly parameters: Readonly<Record<string, string>>;
}

export interface ClusterParameterGroupOutputs {
  readonly dbClusterParameterGroupName: string;
  readonly dbClusterParameterGroupArn: string;
}

// The most that one call takes.
const AT_ONCE = 20;

/** Of Aurora and DocumentDB alike. A group that is new has none of its parameters: they come by an update. */
export const clusterParameterGroup: AwsKind<ClusterParameterGroupProps, ClusterParameterGroupOutputs> = {
  name: 'ClusterParameterGroup',
  immutable: ['dbClusterParameterGroupName', 'family', 'description'],
  replace: 'new-first',
  unique: { field: 'dbClusterParameterGroupName', limit: 255 },
  identifies: ['dbClusterParameterGroupName'],
  takes: { create: 1, update: 2, delete: 1 },
  actions: {
    read: ['rds:DescribeDBClusterParameterGroups', 'rds:DescribeDBClusterParameters', 'rds:ListTagsForResource'],
    write: [
      'rds:CreateDBClusterParameterGroup',
      'rds:ModifyDBClusterParameterGroup',
      'rds:DeleteDBClusterParameterGroup',
      'rds:AddTagsToResource',
    ],
  },

  async observe(look) {
    const rds = await look.env.rds();
    const groups = await collect(
      rds.paginateDescribeDBClusterParameterGroups({ client: rds.client }, {}),
      (page) => page.DBClusterParameterGroups,
    );
    const named = groups.filter((item) =>
      isNamedLike(look, 'dbClusterParameterGroupName', item.DBClusterParameterGroupName),
    );
    const found = named.map(async (item) => {
      const tags = await tagsOf(look.env, item.DBClusterParameterGroupArn);
      const claimed = claim(
        look,
        'ClusterParameterGroup',
        tags,
        'dbClusterParameterGroupName',
        item.DBClusterParameterGroupName,
      );
      if (claimed === undefined) return [];
      const wanted = known(look.nodes.find((node) => node.name === claimed.name)?.props.parameters) ?? {};
      return [
        toObserved(item, claimed, await setParameters(look.env, item.DBClusterParameterGroupName, Object.keys(wanted))),
      ];
    });
    return (await Promise.all(found)).flat();
  },

  async create({ env: aws, node }, props) {
    const rds = await aws.rds();
    const { DBClusterParameterGroup } = await rds.send(
      new rds.CreateDBClusterParameterGroupCommand({
        DBClusterParameterGroupName: props.dbClusterParameterGroupName,
        DBParameterGroupFamily: props.family,
        Description: props.description,
        Tags: fromTags(node.tags),
      }),
    );
    return toObserved(must(DBClusterParameterGroup, 'DBClusterParameterGroup'), ours(node.name, node.tags), {});
  },

  async update({ env: aws }, live, props) {
    const rds = await aws.rds();
    const DBClusterParameterGroupName = live.outputs.dbClusterParameterGroupName;
    const names = Object.keys(props.parameters).filter(
      (name) => props.parameters[name] !== live.props.parameters?.[name],
    );
    const types = new Map(
      (await describe(aws, { DBClusterParameterGroupName, Filters: [{ Name: 'parameter-name', Values: names }] })).map(
        (item) => [item.ParameterName, item.ApplyType],
      ),
    );
    const parameters = names.map((name) => ({
      ParameterName: name,
      ParameterValue: props.parameters[name],
      // `immediate` is refused for a static parameter, and the other is fit for both.
      ApplyMethod: types.get(name) === 'dynamic' ? ('immediate' as const) : ('pending-reboot' as const),
    }));
    for (const Parameters of chunks(parameters, AT_ONCE))
      await rds.send(
        new rds.ModifyDBClusterParameterGroupCommand({ DBClusterParameterGroupName, Parameters: [...Parameters] }),
      );
  },

  retag: (act, live, tags) => retagRds(act.env, live.outputs.dbClusterParameterGroupArn, tags),

  async delete({ env: aws }, live) {
    const rds = await aws.rds();
    const DBClusterParameterGroupName = live.outputs.dbClusterParameterGroupName;
    await ignoreGone(rds.send(new rds.DeleteDBClusterParameterGroupCommand({ DBClusterParameterGroupName })));
  },
};

async function describe(aws: Aws, input: DescribeDBClusterParametersMessage): Promise<readonly Parameter[]> {
  const rds = await aws.rds();
  return collect(rds.paginateDescribeDBClusterParameters({ client: rds.client }, input), (page) => page.Parameters);
}

/** The values of these parameters as far as somebody set them: AWS's defaults come with its versions. */
async function setParameters(
  aws: Aws,
  group: string | undefined,
  names: readonly string[],
): Promise<Record<string, string>> {
  const parameters = await describe(aws, { DBClusterParameterGroupName: group, Source: 'user' });
  const values = parameters.map((item) => [item.ParameterName ?? '', item.ParameterValue ?? ''] as const);
  return Object.fromEntries(values.filter(([name]) => names.includes(name)));
}

function toObserved(
  item: DBClusterParameterGroup,
  claimed: Claim,
  parameters: Readonly<Record<string, string>>,
): Observed<ClusterParameterGroupProps, ClusterParameterGroupOutputs> {
  return {
    ...claimed,
    phase: 'ready',
    props: {
      dbClusterParameterGroupName: item.DBClusterParameterGroupName,
      family: item.DBParameterGroupFamily,
      description: item.Description,
      parameters,
    },
    outputs: {
      dbClusterParameterGroupName: item.DBClusterParameterGroupName,
      dbClusterParameterGroupArn: item.DBClusterParameterGroupArn,
    },
  };
}
