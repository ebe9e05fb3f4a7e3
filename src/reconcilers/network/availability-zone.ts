import type { AwsKind } from '../../aws/aws.ts';
import type { Observed } from '../../engine/kind.ts';
import { known } from '../../engine/ref.ts';
import { subnet } from './subnet.ts';

export interface AvailabilityZoneProps {
  /** Subnets that lie in this zone: where one of them lives already, there the zone is. */
  readonly subnets: readonly string[];
}

export interface AvailabilityZoneOutputs {
  readonly zoneName: string;
}

/** Chooses zones of the region, by name. What stands already is never moved, whatever becomes of its zone. */
export const availabilityZone: AwsKind<AvailabilityZoneProps, AvailabilityZoneOutputs> = {
  name: 'AvailabilityZone',
  immutable: [],
  replace: 'new-first',
  identifies: [],
  actions: { read: ['ec2:DescribeAvailabilityZones'], write: [] },

  async observe({ env: aws, nodes, live }) {
    const ec2 = await aws.ec2();
    const [{ AvailabilityZones }, subnets] = await Promise.all([
      ec2.send(
        new ec2.DescribeAvailabilityZonesCommand({
          Filters: [
            // Local Zones and Wavelength Zones that the account opted in to are in the list too.
            { Name: 'zone-type', Values: ['availability-zone'] },
            { Name: 'state', Values: ['available'] },
          ],
        }),
      ),
      live(subnet),
    ]);
    const zones = new Map(subnets.map((item) => [item.name, item.props.availabilityZone]));
    const kept = new Map(
      nodes.map((node) => {
        const names = known(node.props.subnets) ?? [];
        return [node.name, names.map((name) => zones.get(name)).find((zone) => zone !== undefined)] as const;
      }),
    );
    const taken = new Set(kept.values());
    const free = (AvailabilityZones ?? [])
      .flatMap((zone) => zone.ZoneName ?? [])
      .filter((zone) => !taken.has(zone))
      .sort((a, b) => (a < b ? -1 : 1));
    return nodes.map((node) =>
      toObserved(node.name, known(node.props.subnets), kept.get(node.name) ?? free.shift(), aws.region),
    );
  },
};

function toObserved(
  name: string,
  subnets: readonly string[] | undefined,
  zoneName: string | undefined,
  region: string,
): Observed<AvailabilityZoneProps, AvailabilityZoneOutputs> {
  return {
    name,
    phase: zoneName === undefined ? 'failed' : 'ready',
    because:
      zoneName === undefined ? `${region} has no further availability zone: lower spec.network.zones` : undefined,
    props: { subnets },
    outputs: { zoneName },
  };
}
