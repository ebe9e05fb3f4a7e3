import type { Repository } from '@aws-sdk/client-ecr';
import type { AwsKind } from '../../aws/aws.ts';
import { collect } from '../../aws/pages.ts';
import { must } from '../../engine/errors.ts';
import type { Observed } from '../../engine/kind.ts';
import { known } from '../../engine/ref.ts';

export interface RepositoryProps {
  readonly repositoryName: string;
  readonly scanOnPush: boolean;
}

export interface RepositoryOutputs {
  readonly repositoryName: string;
  readonly repositoryArn: string;
  readonly repositoryUri: string;
}

/**
 * A place for images. All gateways of an account share it and whoever pushes may have made it first, so it is made
 * when it is missing, and stays when a gateway goes: building the images takes half an hour.
 */
export const repository: AwsKind<RepositoryProps, RepositoryOutputs> = {
  name: 'Repository',
  scope: 'account',
  immutable: ['repositoryName'],
  replace: 'new-first',
  identifies: ['repositoryArn'],
  takes: { create: 1 },
  actions: { read: ['ecr:DescribeRepositories'], write: ['ecr:CreateRepository'] },

  async observe({ env: aws, nodes }) {
    const names = new Map(nodes.map((node) => [known<string>(node.props.repositoryName) ?? node.name, node.name]));
    const ecr = await aws.ecr();
    // Asked for by name, one that is missing fails the whole call.
    const list = await collect(
      ecr.paginateDescribeRepositories({ client: ecr.client, pageSize: 1000 }, {}),
      (page) => page.repositories,
    );
    return list.flatMap((item) => {
      const node = names.get(item.repositoryName ?? '');
      return node === undefined ? [] : [toObserved(item, node)];
    });
  },

  async create({ env: aws, node }, props) {
    const ecr = await aws.ecr();
    const result = await ecr.send(
      new ecr.CreateRepositoryCommand({
        repositoryName: props.repositoryName,
        imageScanningConfiguration: { scanOnPush: props.scanOnPush },
        imageTagMutability: 'MUTABLE',
      }),
    );
    return toObserved(must(result.repository, 'repository'), node.name);
  },
};

function toObserved(item: Repository, node: string): Observed<RepositoryProps, RepositoryOutputs> {
  return {
    name: node,
    phase: 'ready',
    props: { repositoryName: item.repositoryName, scanOnPush: item.imageScanningConfiguration?.scanOnPush },
    outputs: {
      repositoryName: item.repositoryName,
      repositoryArn: item.repositoryArn,
      repositoryUri: item.repositoryUri,
    },
  };
}
