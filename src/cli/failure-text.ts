import type { Outcome } from '../engine/reconcile.ts';
import type { Terminal } from './terminal.ts';
import { wrap } from './words.ts';

const VERBS = { create: 'create', update: 'change', delete: 'delete', restore: 'restore' } as const;

/** What did not go through, why, and what to do; the cause before what only waits for it. */
export function failureText(outcome: Outcome, terminal: Terminal, again: string): string {
  const lines: string[] = [];
  const say = (text: string): void => void lines.push(wrap(text, terminal.columns, 2));
  const told = new Set<string>();
  for (const { node, verb, error } of outcome.failures) {
    told.add(node);
    say(`Cannot ${VERBS[verb]} ${node}: ${error.message}`);
    if (error.code === 'AccessDenied' || error.code === 'UnauthorizedOperation') say(`  The role lacks a permission; README lists what apply needs.`);
  }
  for (const state of outcome.plan.states.values())
    if (state.phase === 'stalled' && !told.has(state.id)) say(`${state.id} is stalled: ${state.because ?? 'no reason is known'}`);
  for (const [kind, because] of outcome.plan.unknown) say(`${kind} could not be read: ${because}`);
  const refused = outcome.plan.steps.filter((step) => step.action === 'refuse');
  for (const step of refused) if (!outcome.plan.states.get(step.node)) say(`${step.node} is refused: ${step.because ?? ''}`);
  const blocked = outcome.plan.steps.filter((step) => step.blockedBy.length > 0 && !told.has(step.node));
  if (blocked.length > 0) say(`Blocked by that: ${blocked.slice(0, 6).map((step) => step.node).join(', ')}${blocked.length > 6 ? ` and ${blocked.length - 6} more` : ''}`);
  const waiting = outcome.plan.steps.filter((step) => step.blockedBy.length === 0 && step.waitsFor.length > 0 && !told.has(step.node) && step.action === 'delete');
  for (const step of waiting.slice(0, 6)) say(`${step.node} stays: ${step.waitsFor.slice(0, 3).join(', ')} still ${step.waitsFor.length === 1 ? 'needs' : 'need'} it`);
  if (outcome.timedOut) say('The time for this run is over.');
  lines.push(`Done so far stays and is not lost. When this is put right: ${again}`);
  return lines.join('\n');
}
