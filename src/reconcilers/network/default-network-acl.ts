import type { Filter, NetworkAcl, NetworkAclEntry } from '@aws-sdk/client-ec2';
import type { Aws, AwsKind } from '../../aws/aws.ts';
import { retagEc2 } from '../../aws/ec2-tags.ts';
import { ignoreGone } from '../../aws/errors.ts';
import { collect } from '../../aws/pages.ts';
import { toTags } from '../../aws/tags.ts';
import type { Observed } from '../../engine/kind.ts';
import { madeWithVpc } from './made-with-vpc.ts';

/** One line of the list; the lowest number that fits a packet decides. */
export interface AclEntry {
  readonly number: number;
  readonly direction: 'ingress' | 'egress';
  readonly action: 'allow' | 'deny';
  /** A number, `-1` for all. */
  readonly protocol: string;
  readonly cidr: string;
  /** Of TCP and UDP alone. */
  readonly ports?: readonly [from: number, to: number];
}

/** The list that comes and goes with a VPC, whose name it has here. It stands before every subnet. */
export interface DefaultNetworkAclProps {
  readonly entries: readonly AclEntry[];
}

export interface DefaultNetworkAclOutputs {
  readonly networkAclId: string;
}

// From here on the numbers are AWS's: what nothing else fits is denied.
const LAST = 32_767;

export const defaultNetworkAcl: AwsKind<DefaultNetworkAclProps, DefaultNetworkAclOutputs> = {
  name: 'DefaultNetworkAcl',
  adopts: true,
  immutable: [],
  replace: 'refuse',
  identifies: ['networkAclId'],
  unordered: ['entries'],
  takes: { create: 1, update: 1 },
  actions: {
    read: ['ec2:DescribeNetworkAcls'],
    write: ['ec2:CreateNetworkAclEntry', 'ec2:ReplaceNetworkAclEntry', 'ec2:DeleteNetworkAclEntry', 'ec2:CreateTags'],
  },

  ...madeWithVpc({ what: 'default network ACL', list, toObserved }),

  async update({ env: aws }, live, { entries }, changed) {
    if (!changed.has('entries')) return;
    const ec2 = await aws.ec2();
    const NetworkAclId = live.outputs.networkAclId;
    const standing = new Map((live.props.entries ?? []).map((entry) => [placeOf(entry), entry]));
    for (const entry of entries) {
      const found = standing.get(placeOf(entry));
      standing.delete(placeOf(entry));
      const input = { NetworkAclId, ...fromEntry(entry) };
      if (found === undefined) await ec2.send(new ec2.CreateNetworkAclEntryCommand(input));
      else if (JSON.stringify(fromEntry(found)) !== JSON.stringify(fromEntry(entry)))
        await ec2.send(new ec2.ReplaceNetworkAclEntryCommand(input));
    }
    // What is not wanted goes last, so that nothing that is allowed is cut off in between.
    for (const { number: RuleNumber, direction } of standing.values()) {
      const input = { NetworkAclId, RuleNumber, Egress: direction === 'egress' };
      await ignoreGone(ec2.send(new ec2.DeleteNetworkAclEntryCommand(input)));
    }
  },

  retag: (act, live, tags) => retagEc2(act.env, live.outputs.networkAclId, tags),
};

const placeOf = ({ direction, number }: AclEntry): string => `${direction} ${number}`;

const fromEntry = ({ number, direction, action, protocol, cidr, ports }: AclEntry) => ({
  RuleNumber: number,
  Egress: direction === 'egress',
  RuleAction: action,
  Protocol: protocol,
  ...(cidr.includes(':') ? { Ipv6CidrBlock: cidr } : { CidrBlock: cidr }),
  ...(ports !== undefined && { PortRange: { From: ports[0], To: ports[1] } }),
});

type Live = Observed<DefaultNetworkAclProps, DefaultNetworkAclOutputs>;

async function list(aws: Aws, ofVpcs: Filter): Promise<readonly NetworkAcl[]> {
  const ec2 = await aws.ec2();
  const Filters = [ofVpcs, { Name: 'default', Values: ['true'] }];
  return collect(ec2.paginateDescribeNetworkAcls({ client: ec2.client }, { Filters }), (page) => page.NetworkAcls);
}

function toEntry(item: NetworkAclEntry): AclEntry {
  const { From, To } = item.PortRange ?? {};
  return {
    number: item.RuleNumber ?? 0,
    direction: item.Egress === true ? 'egress' : 'ingress',
    action: item.RuleAction ?? 'deny',
    protocol: item.Protocol ?? '-1',
    cidr: item.CidrBlock ?? item.Ipv6CidrBlock ?? '',
    ...(From !== undefined && To !== undefined && { ports: [From, To] as const }),
  };
}

function toObserved(item: NetworkAcl, name: string): Live {
  return {
    name,
    phase: 'ready',
    props: { entries: (item.Entries ?? []).map(toEntry).filter((entry) => entry.number < LAST) },
    outputs: { networkAclId: item.NetworkAclId },
    tags: toTags(item.Tags),
  };
}
