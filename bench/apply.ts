// node dist/bench/apply.js <manifest> <speed>: builds a gateway from nothing, and prints how that compares to the longest chain as JSON.
import type { Call } from '../src/aws/middleware.ts';
import { lookAround } from '../src/controller/look.ts';
import { run } from '../src/controller/run.ts';
import { must } from '../src/engine/errors.ts';
import { needs, type Node } from '../src/engine/graph.ts';
import type { NodeId } from '../src/engine/ref.ts';
import { again, earliest, lateServers, longestChain, secondsUntilReady, waitsForReady } from './chain.ts';
import { openBenchSession } from './session.ts';

/** One node on the way that took longest, in milliseconds from the beginning. */
export interface Stretch {
  readonly node: NodeId;
  /** When the last thing that it needed was there. */
  readonly free: number;
  readonly began: number;
  readonly made: number;
  /** When it could have been ready, and when it was known to be. */
  readonly due: number;
  readonly ready: number;
}

export interface Apply {
  readonly result: string;
  readonly calls: number;
  readonly callMs: number;
  readonly ms: number;
  readonly chainMs: number;
  readonly chain: readonly NodeId[];
  readonly stretches: readonly Stretch[];
}

const speed = Number(must(process.argv[3], 'the speed'));
const calls: Call[] = [];
const session = await openBenchSession(must(process.argv[2], 'the manifest'), (call) => calls.push(call));
const sight = await lookAround(session);
const { graph } = sight.declared;
calls.length = 0;

const began = new Map<NodeId, number>();
const made = new Map<NodeId, number>();
const ready = new Map<NodeId, number>();
const start = Date.now();
const { result } = await run(session, sight, {
  command: 'apply',
  onStep: ({ step, at, ms }) => {
    const id = step.verb === 'create' ? step.node : again(step.node);
    if (made.has(id) && step.verb === 'create') return;
    began.set(id, at - start);
    made.set(id, at - start + ms);
  },
  onProgress: ({ plan }) => {
    const now = Date.now() - start;
    for (const { id, phase } of plan.states.values()) {
      if (phase !== 'ready') ready.delete(again(id));
      else if (!ready.has(id)) ready.set(id, now);
      else if (made.has(again(id)) && !ready.has(again(id))) ready.set(again(id), now);
    }
  },
});
const ms = Date.now() - start;

const callMs = calls.map((call) => call.ms).sort((a, b) => a - b)[Math.floor(calls.length / 2)] ?? 0;
const times = earliest(graph, (callMs / 1000) * speed);
const chain = longestChain(times);
const end = Math.max(...[...times.values()].map((time) => time.ready));
const outcome: Apply = {
  result,
  calls: calls.length,
  callMs,
  ms,
  chainMs: (end / speed) * 1000,
  chain,
  stretches: slowest(),
};
process.stdout.write(JSON.stringify(outcome));

/** The way back from what was ready last, over what each node waited for longest. */
function slowest(): readonly Stretch[] {
  const found: Stretch[] = [];
  const ends = [...ready].filter(([id]) => graph.nodes.has(id) || lateOf(id).length > 0);
  let id: string | undefined = ends.sort(([, a], [, b]) => b - a)[0]?.[0];
  while (id !== undefined) {
    const node = nodeOf(id);
    const late = lateOf(id);
    let free = 0;
    let through: NodeId | undefined;
    for (const need of late.length > 0 ? late : needs(node)) {
      const at = (late.length > 0 || waitsForReady(node, need) ? ready : made).get(need) ?? 0;
      if (at <= free) continue;
      free = at;
      through = need;
    }
    const created = made.get(id) ?? 0;
    const due = created + (secondsUntilReady(node, graph) / speed) * 1000;
    found.unshift({ node: id, free, began: began.get(id) ?? 0, made: created, due, ready: ready.get(id) ?? 0 });
    id = through;
  }
  return found;
}

function nodeOf(id: string): Node {
  return must(graph.nodes.get(id.split(' ')[0] ?? ''), id);
}

/** For a second deployment: for whom it was made. */
function lateOf(id: string): readonly NodeId[] {
  return graph.nodes.has(id) ? [] : lateServers(nodeOf(id), graph);
}
