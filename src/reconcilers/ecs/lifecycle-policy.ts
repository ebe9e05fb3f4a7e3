import type { AwsKind } from '../../aws/aws.ts';
import { orUndefined } from '../../aws/errors.ts';
import type { Observed } from '../../engine/kind.ts';
import { known } from '../../engine/ref.ts';

export interface LifecycleRule {
  readonly rulePriority: number;
  readonly description: string;
  readonly selection: {
    readonly tagStatus: 'tagged' | 'untagged';
    readonly tagPrefixList?: readonly string[];
    readonly countType: 'imageCountMoreThan' | 'sinceImagePushed';
    readonly countUnit?: 'days';
    readonly countNumber: number;
  };
  readonly action: { readonly type: 'expire' };
}

/** Which images of a repository go by themselves. */
export interface LifecyclePolicyProps {
  readonly repositoryName: string;
  readonly rules: readonly LifecycleRule[];
}

export interface LifecyclePolicyOutputs {
  readonly repositoryName: string;
}

export const lifecyclePolicy: AwsKind<LifecyclePolicyProps, LifecyclePolicyOutputs> = {
  name: 'LifecyclePolicy',
  scope: 'account',
  parent: 'repositoryName',
  immutable: ['repositoryName'],
  replace: 'delete-first',
  identifies: [],
  takes: { create: 1 },
  actions: { read: ['ecr:GetLifecyclePolicy'], write: ['ecr:PutLifecyclePolicy'] },

  async observe({ env: aws, nodes }) {
    const ecr = await aws.ecr();
    const found = await Promise.all(
      nodes.map(async (node) => {
        const repositoryName = known<string>(node.props.repositoryName);
        if (repositoryName === undefined) return [];
        const answer = await orUndefined(ecr.send(new ecr.GetLifecyclePolicyCommand({ repositoryName })));
        return answer?.lifecyclePolicyText === undefined
          ? []
          : [toObserved(node.name, repositoryName, answer.lifecyclePolicyText)];
      }),
    );
    return found.flat();
  },

  async create({ env: aws, node }, props) {
    const ecr = await aws.ecr();
    const lifecyclePolicyText = JSON.stringify({ rules: props.rules });
    await ecr.send(new ecr.PutLifecyclePolicyCommand({ repositoryName: props.repositoryName, lifecyclePolicyText }));
    return toObserved(node.name, props.repositoryName, lifecyclePolicyText);
  },
};

function toObserved(
  name: string,
  repositoryName: string,
  text: string,
): Observed<LifecyclePolicyProps, LifecyclePolicyOutputs> {
  const { rules } = JSON.parse(text) as Pick<LifecyclePolicyProps, 'rules'>;
  return { name, phase: 'ready', props: { repositoryName, rules }, outputs: { repositoryName } };
}
