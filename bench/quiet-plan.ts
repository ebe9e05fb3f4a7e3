// node dist/bench/quiet-plan.js <manifest> [<ms>]: looks at a whole gateway twice, in bulk and thing by thing, and prints
// both as JSON. Keycloak takes so long to answer; for AWS whoever starts this sees to that.
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { Call } from '../src/aws/middleware.ts';
import { lookAround } from '../src/controller/look.ts';
import { must } from '../src/engine/errors.ts';
import { kindOf } from '../src/engine/kind.ts';
import type { WebRequest } from '../src/outside/http.ts';
import { openBenchSession } from './session.ts';
import { fieldsOf, singleReads } from './single-reads.ts';

const AT_ONCE = 10;

export interface QuietPlan {
  readonly steps: number;
  readonly things: number;
  readonly calls: Readonly<Record<string, number>>;
  readonly planMs: number;
  readonly singleCalls: number;
  readonly singleMs: number;
}

const calls: Call[] = [];
const session = await openBenchSession(must(process.argv[2], 'the manifest'), (call) => calls.push(call));
const { web } = session.aws;
let asked = 0;
Object.assign(session.aws, {
  web: {
    ...web,
    async send(request: WebRequest) {
      asked += 1;
      await sleep(Number(process.argv[3] ?? 0));
      return web.send(request);
    },
  },
});
// The first look loads the clients and opens the connections, as both ways of reading need them.
const { plan } = await lookAround(session);
const things = [...plan.states.values()].flatMap(({ id, live }) =>
  live === undefined ? [] : [{ kind: kindOf(id), live }],
);
const reads = singleReads(session.subject.region);
const one = pLimit(AT_ONCE);
const readSingly = (): Promise<unknown[]> =>
  Promise.all(things.flatMap(({ kind, live }) => (reads[kind]?.(fieldsOf(live), live) ?? []).map((read) => one(read))));
const { length: singleCalls } = await readSingly();

calls.length = 0;
asked = 0;
const planMs = await timed(() => lookAround(session));
const byService: Record<string, number> = { keycloak: asked };
for (const { service } of calls) byService[service] = (byService[service] ?? 0) + 1;
const singleMs = await timed(readSingly);
const result: QuietPlan = {
  steps: plan.steps.length,
  things: things.length,
  calls: byService,
  planMs,
  singleCalls,
  singleMs,
};
process.stdout.write(JSON.stringify(result));

async function timed(act: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await act();
  return performance.now() - began;
}
