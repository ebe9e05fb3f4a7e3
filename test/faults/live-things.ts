import { DescribeTagsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { NODE_TAG, OWNER_TAG, type Graph } from '../../src/engine/graph.ts';
import { REGION, type SandboxAccount } from '../sandbox-account.ts';
import type { SandboxGateway } from '../sandbox-gateway.ts';
import type { Passage } from './proxy.ts';

/** The ids of what carries each node's tag, as AWS itself lists them: across services, and all of EC2. */
export async function liveThings(
  account: SandboxAccount,
  own: SandboxGateway,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const found = new Map<string, Set<string>>();
  const note = (node: string, id: string): void => void found.set(node, (found.get(node) ?? new Set()).add(id));

  const tagging = await own.aws.tagging();
  const pages = tagging.paginateGetResources(
    { client: tagging.client },
    { TagFilters: [{ Key: OWNER_TAG, Values: [own.aws.owner] }] },
  );
  for await (const { ResourceTagMappingList = [] } of pages)
    for (const { ResourceARN = '', Tags = [] } of ResourceTagMappingList) {
      const node = Tags.find(({ Key }) => Key === NODE_TAG)?.Value ?? ResourceARN;
      note(
        node,
        ResourceARN.startsWith('arn:aws:ec2:') ? ResourceARN.slice(ResourceARN.lastIndexOf('/') + 1) : ResourceARN,
      );
    }

  const ec2 = new EC2Client({ region: REGION, credentials: account.credentials });
  const { Tags = [] } = await ec2.send(new DescribeTagsCommand({ Filters: [{ Name: 'key', Values: [NODE_TAG] }] }));
  for (const { ResourceId = '', Value = '' } of Tags) note(Value, ResourceId);
  return found;
}

/** Nodes that live more than once. */
export const doublesIn = (things: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] =>
  [...things].filter(([, ids]) => ids.size > 1).map(([node, ids]) => `${node}: ${[...ids].join(', ')}`);

// Neither a name nor a token keeps a second one of these from being made.
const NAMELESS: Readonly<Record<string, string>> = {
  CreateVpc: 'Vpc',
  AllocateAddress: 'ElasticIp',
  CreateInternetGateway: 'InternetGateway',
  CreateKey: 'KmsKey',
};

/** Operations that were carried out more often than the graph has nodes for, even if the double is gone by now. */
export function madeTwice(passages: readonly Passage[], graph: Graph): readonly string[] {
  return Object.entries(NAMELESS).flatMap(([operation, kind]) => {
    const made = passages.filter((call) => call.operation === operation && call.status === 200).length;
    const wanted = [...graph.nodes.values()].filter((node) => node.kind === kind).length;
    return made > wanted ? [`${operation}: ${made} for ${wanted}`] : [];
  });
}
