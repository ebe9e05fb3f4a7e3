import {
  AllocateAddressCommand,
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateNatGatewayCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeInternetGatewaysCommand,
  DescribeNatGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  EC2Client,
  ModifyVpcAttributeCommand,
} from '@aws-sdk/client-ec2';
import { setTimeout as sleep } from 'node:timers/promises';
import { must } from '../../src/engine/errors.ts';
import { REGION, type SandboxAccount } from '../sandbox-account.ts';

/** As `spec.network.existing` describes it. */
export interface Network {
  readonly vpcId: string;
  readonly publicSubnetIds: readonly string[];
  readonly privateSubnetIds: readonly string[];
  readonly privateRouteTableIds: readonly string[];
  readonly natIps: readonly string[];
}

/** A network as a platform team makes it: public and private subnets, and one way out. */
export async function makeNetwork(account: SandboxAccount, { zones = 2, dnsHostnames = true } = {}): Promise<Network> {
  const ec2 = new EC2Client({ region: REGION, credentials: account.credentials });
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.50.0.0/16' }));
  const VpcId = must(Vpc?.VpcId, 'VpcId');
  await ec2.send(new ModifyVpcAttributeCommand({ VpcId, EnableDnsHostnames: { Value: dnsHostnames } }));
  const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}));
  const InternetGatewayId = must(InternetGateway?.InternetGatewayId, 'InternetGatewayId');
  await ec2.send(new AttachInternetGatewayCommand({ VpcId, InternetGatewayId }));
  const table = async (): Promise<string> => {
    const { RouteTable } = await ec2.send(new CreateRouteTableCommand({ VpcId }));
    return must(RouteTable?.RouteTableId, 'RouteTableId');
  };
  const subnet = async (number: number, zone: number, RouteTableId: string): Promise<string> => {
    const { Subnet } = await ec2.send(
      new CreateSubnetCommand({
        VpcId,
        CidrBlock: `10.50.${number}.0/24`,
        AvailabilityZone: `${REGION}${'abc'.charAt(zone % zones)}`,
      }),
    );
    const SubnetId = must(Subnet?.SubnetId, 'SubnetId');
    await ec2.send(new AssociateRouteTableCommand({ RouteTableId, SubnetId }));
    return SubnetId;
  };
  const [publicTable, privateTable] = [await table(), await table()];
  const publicSubnetIds = [await subnet(0, 0, publicTable), await subnet(1, 1, publicTable)];
  const privateSubnetIds = [await subnet(10, 0, privateTable), await subnet(11, 1, privateTable)];
  const DestinationCidrBlock = '0.0.0.0/0';
  await ec2.send(
    new CreateRouteCommand({ RouteTableId: publicTable, DestinationCidrBlock, GatewayId: InternetGatewayId }),
  );
  const { AllocationId, PublicIp } = await ec2.send(new AllocateAddressCommand({ Domain: 'vpc' }));
  const { NatGateway } = await ec2.send(new CreateNatGatewayCommand({ AllocationId, SubnetId: publicSubnetIds[0] }));
  const NatGatewayId = must(NatGateway?.NatGatewayId, 'NatGatewayId');
  await ec2.send(new CreateRouteCommand({ RouteTableId: privateTable, DestinationCidrBlock, NatGatewayId }));
  const state = async (): Promise<string | undefined> =>
    (await ec2.send(new DescribeNatGatewaysCommand({ NatGatewayIds: [NatGatewayId] }))).NatGateways?.[0]?.State;
  while ((await state()) === 'pending') await sleep(200);
  return {
    vpcId: VpcId,
    publicSubnetIds,
    privateSubnetIds,
    privateRouteTableIds: [privateTable],
    natIps: [must(PublicIp, 'PublicIp')],
  };
}

/** All that is in a network and could have been changed, tags and routes among it. */
export async function traits(account: SandboxAccount, vpcId: string): Promise<unknown> {
  const ec2 = new EC2Client({ region: REGION, credentials: account.credentials });
  const Filters = [{ Name: 'vpc-id', Values: [vpcId] }];
  const attached = [{ Name: 'attachment.vpc-id', Values: [vpcId] }];
  const [vpcs, subnets, tables, groups, gateways, nats, endpoints] = await Promise.all([
    ec2.send(new DescribeVpcsCommand({ VpcIds: [vpcId] })),
    ec2.send(new DescribeSubnetsCommand({ Filters })),
    ec2.send(new DescribeRouteTablesCommand({ Filters })),
    ec2.send(new DescribeSecurityGroupsCommand({ Filters })),
    ec2.send(new DescribeInternetGatewaysCommand({ Filters: attached })),
    ec2.send(new DescribeNatGatewaysCommand({ Filter: Filters })),
    ec2.send(new DescribeVpcEndpointsCommand({ Filters })),
  ]);
  return [
    vpcs.Vpcs,
    subnets.Subnets,
    tables.RouteTables,
    groups.SecurityGroups,
    gateways.InternetGateways,
    nats.NatGateways,
    endpoints.VpcEndpoints,
  ];
}
