import { estimate } from '../engine/estimate.ts';
import { statefulKinds } from '../engine/kind.ts';
import { summaryOf } from '../engine/plan.ts';
import type { Action, Step } from '../engine/step.ts';
import { refsOf } from '../engine/ref.ts';
import { tied, wrap } from './layout.ts';
import { byKind, keptText } from './kept-text.ts';
import { linesText } from './line-text.ts';
import { COLOURS, DOMAIN, INDENT, SIGNS, type PlanView } from './plan-view.ts';
import { stepText } from './step-text.ts';
import type { Terminal } from './terminal.ts';
import { stalledOf, stalledText, unknownText } from './obstacles.ts';
import { about, capital, count, list } from '../words.ts';

/** Dangerous before long. */
const ORDER: readonly Action[] = ['refuse', 'replace', 'delete', 'update', 'create'];
/** More of one sort in one domain are a count. */
const FOLD = 6;
const WORDS: Readonly<Record<Action, string>> = {
  create: 'to create',
  update: 'to update',
  replace: 'to replace',
  delete: 'to delete',
  refuse: 'refused',
};

/** The first sentence of a plan: what happens, whether data is touched, whether users notice. */
export function verdict({ plan, kinds }: PlanView): string {
  const summary = summaryOf(plan);
  const parts = ORDER.flatMap((action) => (summary[action] > 0 ? [`${summary[action]} ${WORDS[action]}`] : []));
  if (summary.blocked > 0) parts.push(`${summary.blocked} blocked`);
  const stalled = stalledOf(plan).length;
  if (stalled > 0) parts.push(`${stalled} stalled`);
  if (parts.length === 0) parts.push('nothing to change');
  const stateful = statefulKinds(kinds);
  const lost = plan.steps.filter((step) => step.action === 'delete' && stateful.has(step.kind));
  const data = lost.length === 0 ? 'No data is touched.' : `DELETES DATA: ${list(lost.map((step) => step.node))}.`;
  const breaks = [...new Set(plan.steps.flatMap((step) => step.interrupts ?? []))];
  const kept = plan.kept.length > 0 ? ` ${count(plan.kept.length, 'thing stays', 'things stay')}.` : '';
  const broken = breaks.length > 0 ? ` Interrupts ${list(breaks)}.` : '';
  return `Plan ${plan.id}: ${parts.map(tied).join(', ')}. ${data}${broken}${kept}`;
}

/** A whole plan for people: the verdict, then what is dangerous, then the rest. */
export function planText(view: PlanView, terminal: Terminal): string {
  const obstacles = [...stalledText(view.plan, terminal), ...unknownText(view.plan, terminal)];
  const lines = [...obstacles, ...stepsText(view, terminal), ...keptText(view, terminal)];
  return [
    wrap(verdict(view), terminal.columns),
    '',
    ...lines,
    ...(lines.length > 0 ? [''] : []),
    ...totals(view, terminal),
  ].join('\n');
}

/** The steps alone: one line or more for each, or for many of one sort. */
export function stepsText(view: PlanView, terminal: Terminal): readonly string[] {
  return ORDER.flatMap((action) => {
    const steps = view.plan.steps.filter((step) => step.action === action);
    const width = Math.max(0, ...steps.map((step) => step.node.length));
    return [...new Set(steps.map((step) => step.domain))].flatMap((domain) => {
      const own = steps.filter((step) => step.domain === domain);
      return isFolded(view, action, own)
        ? [folded(view, { action, domain, steps: own }, terminal)]
        : own.flatMap((step) => stepText(step, view, width, terminal));
    });
  });
}

const isFolded = ({ all, destroy }: PlanView, action: Action, steps: readonly Step[]): boolean =>
  !all && steps.length > FOLD && (action === 'create' || (action === 'delete' && destroy));

interface Group {
  readonly action: Action;
  readonly domain: string;
  readonly steps: readonly Step[];
}

function folded({ lines }: PlanView, { action, domain, steps }: Group, terminal: Terminal): string {
  const places = steps.map((step) => lines?.get(step) ?? []);
  const place = places.every((own) => own.length > 0) ? linesText(places.flat()) : '';
  const text = ` ${domain.padEnd(DOMAIN)}  ${steps.length}: ${byKind(steps.map((step) => step.kind))}${place && ` (${place})`}`;
  return terminal.paint(COLOURS[action], SIGNS[action]) + wrap(text, terminal.columns - 1, INDENT);
}

/** What is not shown, and how long it takes. */
export function totals(view: PlanView, { columns }: Terminal): readonly string[] {
  const { plan, kinds, all, destroy } = view;
  const open = plan.steps.flatMap((step) => step.changes).filter((change) => refsOf(change.to).length > 0).length;
  const unchanged = destroy ? '' : `${summaryOf(plan).unchanged} unchanged`;
  const later = open > 0 ? tied(`${count(open, 'value')} known only after apply`) : '';
  const said = [unchanged, later].filter((part) => part !== '').join(', ');
  const hidden =
    !all && (plan.kept.length > 0 || plan.steps.some((step) => step.action === 'create') || hasFolded(view));
  const first = [said === '' ? '' : `${said}.`, hidden ? '--all shows everything.' : '']
    .filter((part) => part !== '')
    .join(' ');
  const { seconds, longest } = estimate(plan, kinds);
  const time = `${capital(about(seconds))} in all${longest === undefined || seconds < 60 ? '' : `; the longest is ${longest}`}.`;
  return [...(first === '' ? [] : [wrap(first, columns)]), ...(seconds > 0 ? [wrap(time, columns)] : [])];
}

function hasFolded(view: PlanView): boolean {
  const groups = new Map<string, Step[]>();
  for (const step of view.plan.steps)
    groups.set(`${step.action} ${step.domain}`, [...(groups.get(`${step.action} ${step.domain}`) ?? []), step]);
  return [...groups.values()].some((steps) => steps[0] !== undefined && isFolded(view, steps[0].action, steps));
}
