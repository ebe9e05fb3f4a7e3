import type { WorkspaceSummary } from '@aws-sdk/client-amp';
import type { AwsKind } from '../../aws/aws.ts';
import { ignoreGone } from '../../aws/errors.ts';
import { collect } from '../../aws/pages.ts';
import { isOurs, nodeName } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';
import type { Observed, Phase, Tags } from '../../engine/kind.ts';

export interface WorkspaceProps {
  readonly alias: string;
}

export interface WorkspaceOutputs {
  readonly workspaceId: string;
  readonly arn: string;
  /** With a final slash. */
  readonly endpoint: string;
}

const PHASES: Readonly<Record<string, Phase>> = {
  CREATING: 'pending',
  ACTIVE: 'ready',
  UPDATING: 'ready',
  DELETING: 'deleting',
  CREATION_FAILED: 'failed',
};

/** A workspace of Amazon Managed Service for Prometheus. An alias is not unique: without the token a twin would cost money. */
export const workspace: AwsKind<WorkspaceProps, WorkspaceOutputs> = {
  name: 'Workspace',
  immutable: ['alias'],
  replace: 'new-first',
  identifies: ['workspaceId', 'arn'],
  nameless: true,
  remake: true,
  takes: { create: 30, delete: 30 },
  actions: {
    read: ['aps:ListWorkspaces'],
    write: ['aps:CreateWorkspace', 'aps:DeleteWorkspace', 'aps:TagResource'],
  },

  async observe({ env: aws }) {
    const amp = await aws.amp();
    const list = await collect(amp.paginateListWorkspaces({ client: amp.client }, {}), (page) => page.workspaces);
    return list.filter((item) => isOurs(aws, item.tags ?? {})).map((item) => toObserved(item, aws.region));
  },

  async create({ env: aws, node, token }, { alias }) {
    const amp = await aws.amp();
    const made = await amp.send(new amp.CreateWorkspaceCommand({ alias, clientToken: token, tags: { ...node.tags } }));
    return toObserved({ ...made, alias, tags: node.tags }, aws.region);
  },

  async retag({ env: aws }, live, tags) {
    const amp = await aws.amp();
    await amp.send(new amp.TagResourceCommand({ resourceArn: must(live.outputs.arn, 'arn'), tags: { ...tags } }));
  },

  async delete({ env: aws }, live) {
    const amp = await aws.amp();
    await ignoreGone(amp.send(new amp.DeleteWorkspaceCommand({ workspaceId: live.outputs.workspaceId })));
  },
};

type Summary = Pick<WorkspaceSummary, 'arn' | 'workspaceId' | 'status' | 'alias'> &
  Partial<Pick<WorkspaceSummary, 'createdAt'>> & { readonly tags?: Tags | undefined };

function toObserved(item: Summary, region: string): Observed<WorkspaceProps, WorkspaceOutputs> {
  const tags = item.tags ?? {};
  const id = item.workspaceId;
  return {
    name: nodeName('Workspace', tags) ?? must(id, 'workspaceId'),
    phase: PHASES[item.status?.statusCode ?? ''] ?? 'pending',
    props: { alias: item.alias },
    outputs: {
      workspaceId: id,
      arn: item.arn,
      // Only DescribeWorkspace has it, and it follows from the id.
      endpoint: id === undefined ? undefined : `https://aps-workspaces.${region}.amazonaws.com/workspaces/${id}/`,
    },
    tags,
    createdAt: item.createdAt?.getTime(),
  };
}
