import type { Plan } from '../engine/plan.ts';
import type { NodeState } from '../engine/step.ts';
import { paragraph, wrap } from './layout.ts';
import { DOMAIN, NARROW } from './plan-view.ts';
import type { Terminal } from './terminal.ts';
import { few } from '../words.ts';

/** What could not be read, the causes first; what is only found through them is named once. */
export function unknownText({ unknown }: Plan, terminal: Terminal): readonly string[] {
  const follows = (because: string): boolean => unknown.has(/^(\w+) is unknown: /.exec(because)?.[1] ?? '');
  const causes = new Map<string, string[]>();
  for (const [kind, because] of unknown)
    if (!follows(because)) causes.set(because, [...(causes.get(because) ?? []), kind]);
  const others = [...unknown].filter(([, because]) => follows(because)).map(([kind]) => kind);
  const lines = [...causes].map(([because, kinds]) => `! ${few(kinds)} could not be read: ${because}`);
  if (others.length > 0) lines.push(`! Found only through them: ${few(others)}`);
  return lines.map((line) => terminal.paint('red', wrap(line, terminal.columns, 2)));
}

/** What needs somebody and has no step of its own: an image that is missing, a name that is taken. */
export function stalledOf(plan: Plan): readonly NodeState[] {
  const stepping = new Set(plan.steps.map((step) => step.node));
  return [...plan.states.values()].filter((state) => state.phase === 'stalled' && !stepping.has(state.id));
}

export function stalledText(plan: Plan, terminal: Terminal): readonly string[] {
  return stalledOf(plan).map(({ id, domain, because }) => {
    const text = ` ${domain.padEnd(DOMAIN)}  ${id} is stalled: ${because ?? 'no reason is known'}`;
    return terminal.paint('red', `!${paragraph(text, terminal.columns - 1, NARROW)}`);
  });
}
