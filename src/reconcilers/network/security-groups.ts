import type { Handle } from '../../engine/graph.ts';
import type { Input } from '../../engine/ref.ts';
import type { Declaration } from '../declaration.ts';
import { prefixList } from './prefix-list.ts';
import { securityGroupRule, type SecurityGroupRuleProps } from './security-group-rule.ts';
import { groupTable, type AlwaysThere, type GroupName, type Peer, type Rule } from './security-group-table.ts';
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

/** All groups first, then all rules: groups name each other in rings. */
export function declareSecurityGroups({ graph, gateway, names }: Declaration, network: Surroundings): Groups {
  const made = { observability: gateway.observability.enabled, endpoints: network.endpoints };
  const wanted = Object.entries(groupTable).filter(([, { only }]) => only === undefined || made[only]);
  const groups = Object.fromEntries(
    wanted.map(([key, group]) => {
      const groupName = group.groupName(names);
      const props = { vpcId: network.vpcId, groupName, description: group.description };
      return [key, graph.add(securityGroup, kebab(key), props, { title: groupName })];
    }),
  ) as Groups;
  const cloudfront = graph.add(prefixList, 'cloudfront', { prefixListName: gateway.ingress.prefixListName });

  const endsOf = (peer: Peer): readonly Ends[] => {
    switch (peer) {
      case 'anyone':
        return [toEnds('0.0.0.0/0')];
      case 'allowed':
        return gateway.ingress.allowedCidrs.map(toEnds);
      case 'vpc':
        return [{ name: 'vpc', props: { cidr: network.cidr } }];
      case 'nat':
        return Object.entries(network.nats).map(([name, cidr]) => ({ name, props: { cidr } }));
      case 'cloudfront':
        return [{ name: 'cloudfront', props: { prefixListId: cloudfront.ref('prefixListId') } }];
      default: {
        const peerGroupId = groups[peer]?.ref('groupId');
        return peerGroupId === undefined ? [] : [{ name: kebab(peer), props: { peerGroupId } }];
      }
    }
  };
  for (const [key, { from, to }] of wanted) {
    const group = groups[key as GroupName];
    if (group === undefined) continue;
    for (const [word, rules] of [['from', from], ['to', to]] as const)
      for (const [port, peer] of rules)
        for (const ends of endsOf(peer)) {
          const name = [kebab(key), word, ends.name, ...(port === 'all' ? [] : [port])].join('-');
          const direction = word === 'from' ? 'ingress' : 'egress';
          const description = `${port} ${word} ${ends.name}`;
          graph.add(securityGroupRule, name, { groupId: group.ref('groupId'), direction, ...portsOf(port), ...ends.props, description });
        }
  }
  return groups;
}

function portsOf(port: Rule[0]): Pick<SecurityGroupRuleProps, 'protocol' | 'fromPort' | 'toPort'> {
  if (port === 'all') return { protocol: '-1', fromPort: -1, toPort: -1 };
  return port === 'dns' ? { protocol: 'udp', fromPort: 53, toPort: 53 } : { protocol: 'tcp', fromPort: port, toPort: port };
}

const toEnds = (cidr: string): Ends => ({ name: cidr === '0.0.0.0/0' ? 'anyone' : cidr.replace('/', '-'), props: { cidr } });

const kebab = (text: string): string => text.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
