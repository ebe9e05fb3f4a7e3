import type { GraphBuilder, Handle } from '../../../src/engine/graph.ts';
import { subnet, type SubnetOutputs } from '../../../src/reconcilers/network/subnet.ts';
import { vpc, type VpcOutputs } from '../../../src/reconcilers/network/vpc.ts';

/** A VPC for what needs one. */
export const addVpc = (graph: GraphBuilder, name = 'main', cidrBlock = '10.0.0.0/16'): Handle<VpcOutputs> =>
  graph.add(vpc, name, { cidrBlock, enableDnsSupport: true, enableDnsHostnames: true });

/** Subnets for what needs them, each in a zone of its own. */
export const addSubnets = (graph: GraphBuilder, main: Handle<VpcOutputs>): readonly Handle<SubnetOutputs>[] =>
  ['a', 'b'].map((zone, i) =>
    graph.add(subnet, `private-${zone}`, {
      vpcId: main.ref('vpcId'),
      cidrBlock: `10.0.${i}.0/24`,
      availabilityZone: `us-east-1${zone}`,
      mapPublicIpOnLaunch: false,
      subnetType: 'private',
    }),
  );
