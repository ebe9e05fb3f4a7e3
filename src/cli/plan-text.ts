import { estimate, secondsOf } from '../engine/estimate.ts';
import type { Kinds } from '../engine/kind.ts';
import { summaryOf, type Action, type Plan, type Step } from '../engine/plan.ts';
import { refsOf } from '../engine/ref.ts';
import { originOf, type AppliedRecord } from '../state/applied.ts';
import type { Terminal } from './terminal.ts';
import { pathText, valueText } from './value-text.ts';
import { about, count, list, wrap } from './words.ts';

export interface PlanView {
  readonly plan: Plan;
  readonly kinds: Kinds;
  readonly applied: AppliedRecord;
  /** Opens what is folded. */
  readonly all: boolean;
  readonly destroy: boolean;
}

const SIGNS: Readonly<Record<Action, string>> = { create: '+', update: '~', replace: '±', delete: '-', refuse: '!' };
const COLOURS = { create: 'green', update: 'yellow', replace: 'magenta', delete: 'red', refuse: 'red' } as const;
/** Dangerous before long. */
const ORDER: readonly Action[] = ['refuse', 'replace', 'delete', 'update', 'create'];
/** More creations than this in one domain are a count. */
const FOLD = 6;
const WORDS: Readonly<Record<Action, string>> = { create: 'to create', update: 'to update', replace: 'to replace', delete: 'to delete', refuse: 'refused' };

/** The first sentence of a plan: what happens, whether data is touched, whether users notice. */
export function verdict({ plan, kinds }: PlanView): string {
  const summary = summaryOf(plan);
  const parts = ORDER.map((action) => (summary[action] > 0 ? `${summary[action]} ${WORDS[action]}` : '')).filter((part) => part !== '');
  if (summary.blocked > 0) parts.push(`${summary.blocked} blocked`);
  const stateful = new Set(Object.values(kinds).flat().filter((kind) => kind.stateful === true).map((kind) => kind.name));
  const lost = plan.steps.filter((step) => step.action === 'delete' && stateful.has(step.kind));
  const data = lost.length === 0 ? 'No data is touched.' : `DELETES DATA: ${list(lost.map((step) => step.node))}.`;
  const breaks = [...new Set(plan.steps.flatMap((step) => step.interrupts ?? []))];
  return `Plan ${plan.id}: ${parts.join(', ')}. ${data}${breaks.length > 0 ? ` Interrupts ${list(breaks)}.` : ''}`;
}

/** A whole plan for people: the verdict, then what is dangerous, then the rest. */
export function planText(view: PlanView, terminal: Terminal): string {
  const { plan, kinds } = view;
  const lines = [wrap(verdict(view), terminal.columns), ''];
  for (const action of ORDER) {
    const steps = plan.steps.filter((step) => step.action === action);
    const domains = [...new Set(steps.map((step) => step.domain))];
    for (const domain of domains) {
      const own = steps.filter((step) => step.domain === domain);
      if (action === 'create' || (action === 'delete' && view.destroy)) {
        if (own.length > FOLD && !view.all) {
          lines.push(folded(action, domain, own, terminal));
          continue;
        }
      }
      for (const step of own) lines.push(...stepLines(step, view, terminal));
    }
  }
  for (const { node, because } of plan.kept) lines.push(wrap(`  kept     ${node}: ${because}`, terminal.columns, 11));
  for (const [kind, because] of plan.unknown) lines.push(terminal.paint('red', wrap(`! unknown  ${kind} could not be read: ${because}`, terminal.columns, 11)));

  const unchanged = summaryOf(plan).unchanged;
  const open = plan.steps.filter((step) => step.changes.some((change) => refsOf(change.to).length > 0)).length;
  const { seconds, longest } = estimate(plan, kinds);
  lines.push('');
  lines.push(`${unchanged} unchanged${open > 0 ? `, ${count(open, 'step has', 'steps have')} values known only after apply` : ''}.${view.all ? '' : ' --all shows everything.'}`);
  if (plan.steps.length > 0) lines.push(`${capital(about(seconds))} in all${longest === undefined || seconds < 60 ? '' : `; the longest is ${longest}`}.`);
  return lines.join('\n');
}

function folded(action: Action, domain: string, steps: readonly Step[], terminal: Terminal): string {
  const kinds = new Map<string, number>();
  for (const step of steps) kinds.set(step.kind, (kinds.get(step.kind) ?? 0) + 1);
  const what = [...kinds].map(([kind, number]) => `${number} ${kind}`).join(', ');
  return terminal.paint(COLOURS[action], SIGNS[action]) + wrap(` ${domain.padEnd(14)} ${steps.length}: ${what}`, terminal.columns - 1, 16);
}

function stepLines(step: Step, { kinds, applied, all, destroy }: PlanView, terminal: Terminal): readonly string[] {
  const sign = terminal.paint(COLOURS[step.action], SIGNS[step.action]);
  const kind = kinds[step.domain]?.find((item) => item.name === step.kind);
  const seconds = secondsOf(step, kind);
  const notes = [
    step.interrupts === undefined ? undefined : `interrupts ${step.interrupts}`,
    destroy && step.action === 'delete' ? undefined : step.because,
    step.blockedBy.length > 0 ? `blocked by ${step.blockedBy.join(', ')}` : undefined,
    seconds >= 60 ? about(seconds) : undefined,
  ].filter((note) => note !== undefined);
  const head = ` ${step.domain.padEnd(14)} ${step.node}${notes.length > 0 ? `   ${notes.join('; ')}` : ''}`;
  const lines = [sign + wrap(head, terminal.columns - 1, 16)];
  if (step.action === 'create' && !all) return lines;
  for (const change of step.changes) {
    const origin = step.action === 'create' ? '' : originText(originOf(applied, step, change));
    const text = step.action === 'create' ? valueText(change.to) : `${valueText(change.from)} → ${valueText(change.to)}`;
    const mark = change.replaces && step.action !== 'create' ? '   forces replacement' : '';
    lines.push(wrap(`    ${pathText(change.path)}  ${text}${mark}${origin}`, terminal.columns, 6));
  }
  return lines;
}

const originText = (origin: ReturnType<typeof originOf>): string =>
  ({ manifest: '   changed in the manifest', outside: '   changed outside', both: '   changed in the manifest and outside', unknown: '' })[origin];

const capital = (text: string): string => `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`;
