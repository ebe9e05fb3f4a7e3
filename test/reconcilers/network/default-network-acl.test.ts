import type { Aws } from '../../../src/aws/aws.ts';
import type { Observed } from '../../../src/engine/kind.ts';
import { defaultNetworkAcl, type AclEntry } from '../../../src/reconcilers/network/default-network-acl.ts';
import { testKind } from '../../kind-contract.ts';
import { addVpc } from './networks.ts';

const allow = { action: 'allow', protocol: '-1' } as const;
const entries: readonly AclEntry[] = [
  { ...allow, number: 100, direction: 'ingress', cidr: '0.0.0.0/0' },
  { ...allow, number: 100, direction: 'egress', cidr: '0.0.0.0/0' },
  { ...allow, number: 101, direction: 'ingress', cidr: '::/0' },
];

const entryOf = (live: Observed, RuleNumber: number) => ({
  NetworkAclId: String(live.outputs['networkAclId']),
  RuleNumber,
  Egress: false,
  Protocol: '-1',
  RuleAction: 'deny' as const,
});

const deny = async (aws: Aws, live: Observed): Promise<void> => {
  const ec2 = await aws.ec2();
  const CidrBlock = '10.0.0.0/16';
  await ec2.send(new ec2.CreateNetworkAclEntryCommand({ ...entryOf(live, 50), CidrBlock }));
};

testKind(defaultNetworkAcl, {
  name: 'main',
  needs: (graph) => {
    addVpc(graph);
    return {};
  },
  after: ['Vpc/main'],
  props: { entries },
  updates: [
    {
      entries: [
        ...entries,
        { number: 90, direction: 'ingress', action: 'deny', protocol: '6', cidr: '192.0.2.0/24', ports: [22, 23] },
      ],
    },
    { entries },
  ],
  outside: {
    'a line that keeps everybody out': deny,
    'a line that says the opposite': async (aws, live) => {
      const ec2 = await aws.ec2();
      const CidrBlock = '0.0.0.0/0';
      await ec2.send(new ec2.ReplaceNetworkAclEntryCommand({ ...entryOf(live, 100), CidrBlock }));
    },
    'a line that is taken away': async (aws, live) => {
      const ec2 = await aws.ec2();
      const { NetworkAclId, RuleNumber, Egress } = entryOf(live, 101);
      await ec2.send(new ec2.DeleteNetworkAclEntryCommand({ NetworkAclId, RuleNumber, Egress }));
    },
  },
  observeBudget: 1,
});
