import { NODE_TAG, OWNER_TAG } from '../../src/engine/graph.ts';
import type { SandboxGateway } from '../sandbox-gateway.ts';

/** How many live things carry each node's tag, by what AWS itself lists across services. */
export async function liveThings({ aws }: SandboxGateway): Promise<ReadonlyMap<string, readonly string[]>> {
  const tagging = await aws.tagging();
  const found = new Map<string, string[]>();
  const pages = tagging.paginateGetResources(
    { client: tagging.client },
    { TagFilters: [{ Key: OWNER_TAG, Values: [aws.owner] }] },
  );
  for await (const { ResourceTagMappingList = [] } of pages)
    for (const { ResourceARN = '', Tags = [] } of ResourceTagMappingList) {
      const node = Tags.find(({ Key }) => Key === NODE_TAG)?.Value ?? ResourceARN;
      found.set(node, [...(found.get(node) ?? []), ResourceARN]);
    }
  return found;
}

/** Nodes that live more than once. */
export const doublesIn = (things: ReadonlyMap<string, readonly string[]>): readonly string[] =>
  [...things].filter(([, arns]) => arns.length > 1).map(([node, arns]) => `${node}: ${arns.join(', ')}`);
