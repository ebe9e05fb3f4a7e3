import type { Aws, AwsKind } from '../../../src/aws/aws.ts';
import { must } from '../../../src/engine/errors.ts';
import type { GraphBuilder, Handle } from '../../../src/engine/graph.ts';
import {
  hostedZone,
  type HostedZoneOutputs,
  type HostedZoneProps,
} from '../../../src/reconcilers/ingress/hosted-zone.ts';

/** The kind that finds zones, for tests that have to make theirs first. */
const ownZone: AwsKind<HostedZoneProps, HostedZoneOutputs> = {
  ...hostedZone,
  identifies: ['hostedZoneId'],
  observe: async (look) => (await hostedZone.observe(look)).filter(({ phase }) => phase === 'ready'),
  async create({ env: aws, node }, props) {
    const hostedZoneId = await makeZone(aws, props.zoneName);
    return { name: node.name, phase: 'ready', props: { hostedZoneId, ...props }, outputs: { hostedZoneId } };
  },
  async delete({ env: aws }, { outputs }) {
    const route53 = await import('@aws-sdk/client-route-53');
    const { client } = await aws.route53();
    await client.send(new route53.DeleteHostedZoneCommand({ Id: outputs.hostedZoneId }));
  },
};

/** Makes a zone of this domain, also where there is one; in a VPC it is private. */
export async function makeZone(aws: Aws, zoneName: string, vpcId?: string): Promise<string> {
  const route53 = await import('@aws-sdk/client-route-53');
  const { client } = await aws.route53();
  const { HostedZone: zone } = await client.send(
    new route53.CreateHostedZoneCommand({
      Name: zoneName,
      CallerReference: crypto.randomUUID(),
      ...(vpcId !== undefined && { VPC: { VPCId: vpcId, VPCRegion: 'us-east-1' } }),
    }),
  );
  return must(zone?.Id?.replace('/hostedzone/', ''), 'zone');
}

/** A zone of the gateway's own, with the names that may stand in it. */
export const addZone = (
  graph: GraphBuilder,
  name: string,
  hosts: readonly string[] = [`registry.${name}.example.com`],
): Handle<HostedZoneOutputs> => graph.add(ownZone, 'main', { zoneName: `${name}.example.com`, hosts });

/** The name servers that a zone was given. */
export async function nameServersOf(aws: Aws, zoneName: string): Promise<readonly string[]> {
  const route53 = await aws.route53();
  const { HostedZones } = await route53.send(new route53.ListHostedZonesByNameCommand({ DNSName: zoneName }));
  const { DelegationSet } = await route53.send(new route53.GetHostedZoneCommand({ Id: HostedZones?.[0]?.Id }));
  return DelegationSet?.NameServers ?? [];
}
