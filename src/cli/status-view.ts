import { lookAround, type Sight } from '../controller/look.ts';
import { outputsOf } from '../controller/outputs.ts';
import { pauseOn } from '../daemon/anchor.ts';
import type { NodePhase, NodeState } from '../engine/step.ts';
import type { Wish } from '../reconcilers/index.ts';
import { isDrift } from '../state/applied.ts';
import { dated, readConditions, type DatedCondition } from '../state/conditions.ts';
import { generationOf, type Generation } from '../state/generation.ts';
import { readHistory, type HistoryEntry } from '../state/history.ts';
import { shortRevision } from '../state/revision.ts';
import { pausedOf, statusOf, type Condition, type DomainStatus } from '../state/status.ts';
import type { Context } from './context.ts';
import { fields, paragraph, TIED } from './layout.ts';
import type { Terminal } from './terminal.ts';
import { unknownText } from './obstacles.ts';
import { ago } from '../words.ts';

/** A gateway as it is now, and what is remembered of it. */
export interface Standing {
  readonly sight: Sight<Wish>;
  readonly conditions: readonly DatedCondition[];
  readonly domains: readonly DomainStatus[];
  readonly last: HistoryEntry | undefined;
  /** Undefined where nothing can be remembered. */
  readonly generation: Generation | undefined;
}

/** Looks now. Writes nothing. */
export async function standingOf(context: Context): Promise<Standing> {
  const { store, subject, clock } = context;
  const sight = await lookAround(context);
  const { conditions, domains } = statusOf(sight.plan, context.kinds);
  const paused = pausedOf(pauseOn(sight.snapshot), clock.now());
  const [before, history, generation] = await Promise.all([
    readConditions(store).catch(() => []),
    readHistory(store).catch(() => []),
    generationOf(store, { manifest: subject }).catch(() => undefined),
  ]);
  return { sight, conditions: dated([...conditions, paused], before), domains, last: history.at(-1), generation };
}

/** As Kubernetes would show it. */
export function statusObject({ subject, revision }: Context, standing: Standing): object {
  const { sight, conditions, domains, generation } = standing;
  return {
    apiVersion: 'mcpgw.io/v1alpha1',
    kind: 'Gateway',
    metadata: {
      name: subject.name,
      region: subject.region,
      accountId: subject.accountId,
      ...(generation !== undefined && { generation: generation.generation }),
    },
    status: {
      revision,
      observedGeneration: generation?.observedGeneration ?? null,
      attemptedRevision: generation?.attemptedRevision ?? null,
      appliedRevision: generation?.appliedRevision ?? null,
      conditions,
      outputs: valuesOf(outputsOf(sight)),
      domains: domains.map(domainJson),
    },
  };
}

/** For people: one line for the gateway, one for each domain, and what is not ready. */
export function statusText(context: Context, standing: Standing, tree: boolean, terminal: Terminal): readonly string[] {
  const { plan, applied } = standing.sight;
  const drifted = plan.steps.filter((step) => isDrift(step, applied)).length;
  const asked = plan.steps.length - drifted;
  const paused = standing.conditions.find(({ type, status }) => type === 'Paused' && status === 'True');
  return [
    fields(
      [
        context.owner,
        wordOf(standing.conditions, terminal),
        lastText(context, standing.last),
        `drift: ${drifted === 0 ? 'none' : drifted}`,
        asked > 0 ? `manifest: ${asked} to change` : '',
      ],
      terminal.columns,
      2,
    ),
    ...(paused === undefined ? [] : [paragraph(`  paused     ${paused.message}`, terminal.columns, 13)]),
    ...standing.domains.flatMap((domain) => domainLines(domain, plan.states, tree, terminal)),
    ...unknownText(plan, terminal),
  ];
}

function wordOf(conditions: readonly Condition[], terminal: Terminal): string {
  const ready = conditions.find((condition) => condition.type === 'Ready');
  return ready?.status === 'True'
    ? terminal.paint('green', 'Ready')
    : terminal.paint('red', ready?.reason ?? 'Unknown');
}

const DONE: Readonly<Record<HistoryEntry['command'], string>> = {
  apply: 'applied',
  destroy: 'destroyed',
  daemon: 'applied',
};

function lastText({ clock, revision }: Context, last: HistoryEntry | undefined): string {
  if (last === undefined) return `revision ${shortRevision(revision)}, never applied from here`;
  const when = ago(clock.now() - Date.parse(last.at) - last.ms);
  const did = last.result === 'converged' ? DONE[last.command] : `${last.command} ${last.result}`;
  return `revision ${shortRevision(last.revision)} ${did} ${when}`;
}

const SIGNS: Readonly<Record<NodePhase, string>> = {
  ready: '✔',
  pending: '·',
  deleting: '·',
  missing: '+',
  drifted: '~',
  blocked: '·',
  stalled: '!',
  unknown: '!',
};

function domainLines(
  { name, ready, total, open }: DomainStatus,
  states: ReadonlyMap<string, NodeState>,
  tree: boolean,
  { columns }: Terminal,
): readonly string[] {
  const phase =
    open.length === 0 ? 'ready' : ((open.find((state) => state.phase === 'stalled') ?? open[0])?.phase ?? '');
  const head = `  ${name.padEnd(15)} ${phase.padEnd(9)} ${ready === total ? total : `${ready} of ${total}`}`;
  // What is merely not there yet is said by the count.
  const [first, ...others] = open.filter((state) => state.phase !== 'missing' || state.because !== undefined);
  if (!tree) return [head, ...(first === undefined ? [] : [stateText(first, columns), ...more(others.length)])];
  const own = [...states.values()].filter((state) => state.domain === name);
  return [head, ...own.map((state) => stateText(state, columns))];
}

const more = (number: number): readonly string[] => (number > 0 ? [`      and ${number} more: --tree shows them`] : []);

function stateText({ id, phase, because }: NodeState, columns: number): string {
  const said =
    phase === 'ready' && because === undefined ? '' : `  ${phase}${because === undefined ? '' : `: ${because}`}`;
  return paragraph(`    ${SIGNS[phase]}${TIED}${id}${said}`, columns, 8);
}

const domainJson = ({ name, ready, total, open }: DomainStatus): object => ({
  name,
  ready,
  total,
  open: open.map(({ id, phase, because }) => ({ node: id, phase, ...(because !== undefined && { because }) })),
});

const valuesOf = (outputs: ReturnType<typeof outputsOf>): object =>
  Object.fromEntries(
    Object.entries(outputs).map(([name, { value, sensitive }]) => [name, sensitive ? '[secret]' : value]),
  );
