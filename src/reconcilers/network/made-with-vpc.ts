import type { Filter } from '@aws-sdk/client-ec2';
import type { Aws, AwsKind } from '../../aws/aws.ts';
import { must } from '../../engine/errors.ts';
import type { Observed } from '../../engine/kind.ts';
import { vpc, type VpcOutputs, type VpcProps } from './vpc.ts';

interface Finding<Item, Props, Outputs> {
  /** In words: `default route table`. */
  readonly what: string;
  /** Lists them. @param ofVpcs the VPCs to ask for */
  readonly list: (aws: Aws, ofVpcs: Filter) => Promise<readonly Item[]>;
  readonly toObserved: (item: Item, name: string) => Observed<Props, Outputs>;
}

/** How a thing is looked for that AWS makes together with a VPC, whose name it has here, and that nobody creates. */
export function madeWithVpc<Item extends { readonly VpcId?: string | undefined }, Props, Outputs>({
  what,
  list,
  toObserved,
}: Finding<Item, Props, Outputs>): Required<Pick<AwsKind<Props, Outputs>, 'observe' | 'create'>> {
  const find = async (aws: Aws, vpcs: readonly Observed<VpcProps, VpcOutputs>[]) => {
    const ours = vpcs.filter((item) => item.foreign === undefined);
    const names = new Map(ours.map((item) => [must(item.outputs.vpcId, 'vpcId'), item.name]));
    if (names.size === 0) return [];
    const items = await list(aws, { Name: 'vpc-id', Values: [...names.keys()] });
    return items.map((item) => toObserved(item, must(names.get(must(item.VpcId, 'VpcId')), 'VpcId')));
  };
  return {
    observe: async ({ env: aws, live }) => find(aws, await live(vpc)),
    async create({ env: aws, node, live }) {
      const found = await find(
        aws,
        live(vpc).filter((item) => item.name === node.name),
      );
      return must(found[0], `the ${what} of Vpc/${node.name}`);
    },
  };
}
