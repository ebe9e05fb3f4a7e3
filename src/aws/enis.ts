import { must } from '../engine/errors.ts';
import type { Aws } from './aws.ts';
import { collect } from './pages.ts';

/**
 * Network interfaces that still hold a VPC, a subnet or a security group, each with what AWS says it is for.
 * A DependencyViolation never names its cause; these are it, nearly always.
 */
export async function holdersOf(
  aws: Aws,
  filter: 'vpc-id' | 'subnet-id' | 'group-id',
  id: string | undefined,
): Promise<readonly string[]> {
  const ec2 = await aws.ec2();
  const found = await collect(
    ec2.paginateDescribeNetworkInterfaces(
      { client: ec2.client },
      { Filters: [{ Name: filter, Values: [must(id, filter)] }] },
    ),
    (page) => page.NetworkInterfaces,
  );
  return found.map(
    (item) => `${item.NetworkInterfaceId ?? ''} (${item.Description === '' ? item.InterfaceType : item.Description})`,
  );
}
