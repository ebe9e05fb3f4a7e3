import type { AwsKind } from '../../aws/aws.ts';
import { collect } from '../../aws/pages.ts';
import type { Observed } from '../../engine/kind.ts';
import { known } from '../../engine/ref.ts';

export interface PrefixListProps {
  readonly prefixListName: string;
}

export interface PrefixListOutputs {
  readonly prefixListId: string;
}

/** A list of address ranges that AWS keeps up. Its id differs from region to region. */
export const prefixList: AwsKind<PrefixListProps, PrefixListOutputs> = {
  name: 'PrefixList',
  immutable: [],
  replace: 'new-first',
  identifies: [],
  actions: { read: ['ec2:DescribeManagedPrefixLists'], write: [] },

  async observe({ env: aws, nodes }) {
    const names = nodes.flatMap((node) => known<string>(node.props.prefixListName) ?? []);
    if (names.length === 0) return [];
    const ec2 = await aws.ec2();
    const lists = await collect(
      ec2.paginateDescribeManagedPrefixLists(
        { client: ec2.client },
        { Filters: [{ Name: 'prefix-list-name', Values: names }] },
      ),
      (page) => page.PrefixLists,
    );
    return nodes.map((node) => {
      const prefixListName = known<string>(node.props.prefixListName);
      const found = lists.find((list) => list.PrefixListName === prefixListName);
      return toObserved(node.name, prefixListName, found?.PrefixListId, aws.region);
    });
  },
};

function toObserved(
  name: string,
  prefixListName: string | undefined,
  prefixListId: string | undefined,
  region: string,
): Observed<PrefixListProps, PrefixListOutputs> {
  const missing = `${region} has no prefix list ${prefixListName ?? ''}: check spec.ingress.prefixListName`;
  return {
    name,
    phase: prefixListId === undefined ? 'failed' : 'ready',
    because: prefixListId === undefined ? missing : undefined,
    props: { prefixListName },
    outputs: { prefixListId },
  };
}
