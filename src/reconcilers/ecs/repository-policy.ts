import type { AwsKind } from '../../aws/aws.ts';
import { orUndefined } from '../../aws/errors.ts';
import { canonicalPolicy, parsePolicy, type PolicyDocument } from '../../aws/policy.ts';
import type { Observed } from '../../engine/kind.ts';
import { known } from '../../engine/ref.ts';

/** Who may pull from a repository and push to it. */
export interface RepositoryPolicyProps {
  readonly repositoryName: string;
  readonly document: PolicyDocument;
}

export interface RepositoryPolicyOutputs {
  readonly repositoryName: string;
}

export const repositoryPolicy: AwsKind<RepositoryPolicyProps, RepositoryPolicyOutputs> = {
  name: 'RepositoryPolicy',
  scope: 'account',
  parent: 'repositoryName',
  immutable: ['repositoryName'],
  replace: 'delete-first',
  identifies: [],
  takes: { create: 1 },
  actions: { read: ['ecr:GetRepositoryPolicy'], write: ['ecr:SetRepositoryPolicy'] },

  canonical: ({ document, ...props }) => ({ ...props, document: canonicalPolicy(document) }),

  async observe({ env: aws, nodes }) {
    const ecr = await aws.ecr();
    const found = await Promise.all(
      nodes.map(async (node) => {
        const repositoryName = known<string>(node.props.repositoryName);
        if (repositoryName === undefined) return [];
        const answer = await orUndefined(ecr.send(new ecr.GetRepositoryPolicyCommand({ repositoryName })));
        return answer?.policyText === undefined
          ? []
          : [toObserved(node.name, repositoryName, parsePolicy(answer.policyText))];
      }),
    );
    return found.flat();
  },

  async create({ env: aws, node }, props) {
    const ecr = await aws.ecr();
    await ecr.send(
      new ecr.SetRepositoryPolicyCommand({
        repositoryName: props.repositoryName,
        policyText: JSON.stringify(props.document),
      }),
    );
    return toObserved(node.name, props.repositoryName, props.document);
  },
};

function toObserved(
  name: string,
  repositoryName: string,
  document: PolicyDocument,
): Observed<RepositoryPolicyProps, RepositoryPolicyOutputs> {
  return { name, phase: 'ready', props: { repositoryName, document }, outputs: { repositoryName } };
}
