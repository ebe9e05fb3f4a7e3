import { lookAround, outputsOf } from '../controller.ts';
import type { NodePhase, NodeState } from '../engine/step.ts';
import { kinds } from '../reconcilers/index.ts';
import { dated, readConditions } from '../state/conditions.ts';
import { readHistory, type HistoryEntry } from '../state/history.ts';
import { shortRevision } from '../state/revision.ts';
import { statusOf, type Condition, type DomainStatus } from '../state/status.ts';
import { openContext, printJson, type Context, type ManifestOptions } from './context.ts';
import { isDrift } from './exit-code.ts';
import { fields, paragraph } from './layout.ts';
import type { Terminal } from './terminal.ts';
import { unknownText } from './obstacles.ts';
import { ago } from './words.ts';

export interface StatusOptions extends ManifestOptions {
  readonly tree?: boolean;
}

/** Conditions and domains as they are now. */
export async function status(options: StatusOptions, terminal: Terminal): Promise<number> {
  const context = await openContext(options, terminal);
  const { plan, applied } = await lookAround(context);
  const { conditions, domains } = statusOf(plan, kinds);
  if (options.output === 'json') {
    const before = await readConditions(context.store).catch(() => []);
    printJson(terminal, {
      apiVersion: 'mcpgw.io/v1alpha1',
      kind: 'Gateway',
      metadata: { name: context.gateway.name, region: context.gateway.region },
      status: {
        revision: context.revision,
        conditions: dated(conditions, before),
        outputs: valuesOf(outputsOf(context, plan)),
        domains: domains.map(domainJson),
      },
    });
    return plan.unknown.size > 0 ? 1 : 0;
  }
  const [last] = [...(await readHistory(context.store).catch(() => []))].reverse();
  const drifted = plan.steps.filter((step) => isDrift(step, applied)).length;
  const asked = plan.steps.length - drifted;
  terminal.out(
    fields(
      [
        context.owner,
        wordOf(conditions, terminal),
        lastText(context, last),
        `drift: ${drifted === 0 ? 'none' : drifted}`,
        asked > 0 ? `manifest: ${asked} to change` : '',
      ],
      terminal.columns,
      2,
    ),
  );
  for (const domain of domains)
    for (const line of domainLines(domain, plan.states, options.tree === true, terminal)) terminal.out(line);
  for (const line of unknownText(plan, terminal)) terminal.out(line);
  return plan.unknown.size > 0 ? 1 : 0;
}

function wordOf(conditions: readonly Condition[], terminal: Terminal): string {
  const ready = conditions.find((condition) => condition.type === 'Ready');
  return ready?.status === 'True'
    ? terminal.paint('green', 'Ready')
    : terminal.paint('red', ready?.reason ?? 'Unknown');
}

const DONE: Readonly<Record<HistoryEntry['command'], string>> = { apply: 'applied', destroy: 'destroyed' };

function lastText({ clock, revision }: Context, last: HistoryEntry | undefined): string {
  if (last === undefined) return `revision ${shortRevision(revision)}, never applied from here`;
  const when = ago(clock.now() - Date.parse(last.at));
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
  return paragraph(`    ${SIGNS[phase]} ${id}${said}`, columns, 8);
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
