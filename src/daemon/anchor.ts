import { isGone } from '../aws/errors.ts';
import type { Session } from '../controller/session.ts';
import { liveOf, type Snapshot } from '../engine/snapshot.ts';
import { cluster } from '../reconcilers/ecs/cluster.ts';
import type { Pause } from './board.ts';

// On a thing that is always the gateway's own and that every look sees: it outlives the daemon's memory.
const UNTIL = 'mcpgw:paused-until';
const WHY = 'mcpgw:paused-why';
const BY = 'mcpgw:paused-by';
const KEYS = [UNTIL, WHY, BY];

/** The pause that is written on the gateway itself; over or not. */
export function pauseOn(snapshot: Snapshot): Pause | undefined {
  for (const { tags } of liveOf(snapshot, cluster.name)) {
    const until = tags?.[UNTIL] ?? '';
    if (!Number.isNaN(Date.parse(until))) return { until, why: tags?.[WHY] ?? '', by: tags?.[BY] ?? '' };
  }
  return undefined;
}

/** Writes a pause on the gateway itself; false when there is nothing yet to write on. */
export async function markPaused({ aws, wished }: Session, { until, why, by }: Pause): Promise<boolean> {
  const ecs = await aws.ecs();
  const tags = [
    { key: UNTIL, value: until },
    { key: WHY, value: legible(why) },
    { key: BY, value: legible(by) },
  ];
  return isThere(ecs.send(new ecs.TagResourceCommand({ resourceArn: anchorOf(aws, wished), tags })));
}

export async function markResumed({ aws, wished }: Session): Promise<boolean> {
  const ecs = await aws.ecs();
  return isThere(ecs.send(new ecs.UntagResourceCommand({ resourceArn: anchorOf(aws, wished), tagKeys: KEYS })));
}

function anchorOf({ partition, region, accountId }: Session['aws'], { graph }: Session['wished']): string {
  const node = [...graph.nodes.values()].find((each) => each.kind === cluster.name);
  return `arn:${partition}:ecs:${region}:${accountId}:cluster/${String(node?.props['clusterName'])}`;
}

async function isThere(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

/** A tag bears no other characters, and not more of them. */
const legible = (text: string): string => text.replaceAll(/[^\p{L}\p{Z}\p{N}_.:/=+\-@]/gu, ' ').slice(0, 256);
