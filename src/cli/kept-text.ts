import { kindOf } from '../engine/kind.ts';
import type { Kept } from '../engine/prune.ts';
import { fields, tied, wrap } from './layout.ts';
import { DOMAIN, INDENT, type PlanView } from './plan-view.ts';
import type { Terminal } from './terminal.ts';

const HOLDS = 'it holds data';

/** What stays, by domain: what holds data, and what that needs. */
export function keptText({ plan, all }: PlanView, { columns }: Terminal): readonly string[] {
  if (all)
    return plan.kept.map(({ node, domain, because }) =>
      fields([`  ${domain.padEnd(DOMAIN)}  ${node}`, `kept: ${because}`], columns, INDENT),
    );
  const groups = new Map<string, Kept[]>();
  for (const kept of plan.kept) {
    const why = kept.because.startsWith(HOLDS) ? kept.because : 'needed by data';
    const key = `${kept.domain} ${why}`;
    groups.set(key, [...(groups.get(key) ?? []), kept]);
  }
  return [...groups].map(([key, kept]) => {
    const [domain = '', ...why] = key.split(' ');
    const what = byKind(kept.map(({ node }) => kindOf(node)));
    return wrap(`  ${domain.padEnd(DOMAIN)}  kept ${kept.length}, ${why.join(' ')}: ${what}`, columns, INDENT);
  });
}

/** How many there are of each kind. */
export function byKind(names: readonly string[]): string {
  const numbers = new Map<string, number>();
  for (const name of names) numbers.set(name, (numbers.get(name) ?? 0) + 1);
  return [...numbers].map(([name, number]) => tied(`${number} ${name}`)).join(', ');
}
