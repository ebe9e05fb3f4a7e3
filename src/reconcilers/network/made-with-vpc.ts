import { must } from '../../engine/errors.ts';
import type { Observed } from '../../engine/kind.ts';
import type { VpcOutputs, VpcProps } from './vpc.ts';

type LiveVpcs = readonly Observed<VpcProps, VpcOutputs>[];

/** What comes and goes with a VPC has its name here: the names by the ids of the VPCs that are ours. */
export const namesByVpc = (vpcs: LiveVpcs): ReadonlyMap<string, string> =>
  new Map(
    vpcs
      .filter((item) => item.foreign === undefined)
      .map((item) => [must(item.outputs.vpcId, 'vpcId'), item.name] as const),
  );
