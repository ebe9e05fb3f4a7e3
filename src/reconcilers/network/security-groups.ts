import { kebab } from '../../aws/names.ts';
import { must } from '../../engine/errors.ts';
import type { Handle } from '../../engine/graph.ts';
import type { Input } from '../../engine/ref.ts';
import type { Declaration } from '../declaration.ts';
import { reachedBy } from '../ingress/modes/modes.ts';
import { prefixList } from './prefix-list.ts';
import { securityGroupRule, type SecurityGroupRuleProps } from './security-group-rule.ts';
import { groupTable, type AlwaysThere, type GroupName, type Peer, type Port } from './security-group-table.ts';
import { securityGroup, type SecurityGroupOutputs } from './security-group.ts';

export type Groups = Readonly<Record<AlwaysThere, Handle<SecurityGroupOutputs>>> &
  Readonly<Partial<Record<GroupName, Handle<SecurityGroupOutputs>>>>;

/** One end of a rule: its name, and the one prop that says it. */
interface Ends {
  readonly name: string;
  readonly props: {
    readonly cidr?: Input<string>;
    readonly peerGroupId?: Input<string>;
    readonly prefixListId?: Input<string>;
  };
}

/** What the rules need to know of the network that the groups stand in. */
interface Surroundings {
  readonly vpcId: Input<string>;
  readonly cidr: Input<string>;
  /** The NAT gateways' addresses as ranges, by name. */
  readonly nats: Readonly<Record<string, Input<string>>>;
  /** Whether VPC endpoints are made. */
  readonly endpoints: boolean;
}

// The addresses from which CloudFront calls.
const ORIGIN_FACING = 'com.amazonaws.global.cloudfront.origin-facing';

/** All groups first, then all rules: groups name each other in rings. */
export function declareSecurityGroups(declaration: Declaration, network: Surroundings): Groups {
  const { graph, gateway, names, ways } = declaration;
  const { cloudfront: isBehind, plain } = reachedBy(ways, gateway);
  const made = { observability: gateway.observability.enabled, endpoints: network.endpoints, cloudfront: isBehind };
  const table = entriesOf(groupTable).filter(([, { only }]) => only === undefined || made[only]);
  const handles = table.map(([key, group]) => {
    const groupName = group.groupName(names);
    const props = { vpcId: network.vpcId, groupName, description: group.description };
    return [key, graph.add(securityGroup, kebab(key), props, { title: groupName })] as const;
  });
  const { prefixListName = ORIGIN_FACING } = gateway.ingress;
  const cloudfront = isBehind ? [graph.add(prefixList, 'cloudfront', { prefixListName })] : [];

  const ends = new Map<Peer, readonly Ends[]>([
    ['anyone', [toEnds('0.0.0.0/0')]],
    ['allowed', gateway.ingress.allowedCidrs.map(toEnds)],
    ['vpc', [{ name: 'vpc', props: { cidr: network.cidr } }]],
    ['nat', Object.entries(network.nats).map(([name, cidr]) => ({ name, props: { cidr } }))],
    [
      'cloudfront',
      cloudfront.map((list) => ({ name: 'cloudfront', props: { prefixListId: list.ref('prefixListId') } })),
    ],
    ...handles.map(
      ([key, group]) => [key, [{ name: kebab(key), props: { peerGroupId: group.ref('groupId') } }]] as const,
    ),
  ]);
  const groups = new Map(handles);
  for (const [key, { from, fromPlain = {}, to }] of table) {
    const declare = (direction: 'ingress' | 'egress', peer: Peer, port: Port): void => {
      for (const { name, props } of ends.get(peer) ?? []) {
        const way = `${direction === 'ingress' ? 'from' : 'to'}-${name}`;
        graph.add(securityGroupRule, [kebab(key), way, ...(port === 'all' ? [] : [port])].join('-'), {
          groupId: must(groups.get(key), key).ref('groupId'),
          direction,
          ...portsOf(port),
          ...props,
          description: `${port} ${way.replaceAll('-', ' ')}`,
        });
      }
    };
    for (const rules of plain ? [from, fromPlain] : [from])
      for (const [peer, ports] of entriesOf(rules)) for (const port of ports) declare('ingress', peer, port);
    for (const [peer, ports] of entriesOf(to)) for (const port of ports) declare('egress', peer, port);
  }
  return Object.fromEntries(handles) as Groups;
}

function portsOf(port: Port): Pick<SecurityGroupRuleProps, 'protocol' | 'fromPort' | 'toPort'> {
  if (port === 'all') return { protocol: '-1', fromPort: -1, toPort: -1 };
  if (port === 'dns') return { protocol: 'udp', fromPort: 53, toPort: 53 };
  return { protocol: 'tcp', fromPort: port, toPort: port };
}

const toEnds = (cidr: string): Ends => ({
  name: cidr === '0.0.0.0/0' ? 'anyone' : cidr.replace('/', '-'),
  props: { cidr },
});

const entriesOf = <K extends string, V>(record: Readonly<Partial<Record<K, V>>>): readonly (readonly [K, V])[] =>
  Object.entries(record) as [K, V][];
