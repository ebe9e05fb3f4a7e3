import type { Ran } from '../controller/run.ts';
import { outputsOf } from '../controller/outputs.ts';
import type { Wish } from '../reconcilers/index.ts';
import type { Plan } from '../engine/plan.ts';
import { command, paragraph, wrap } from './layout.ts';
import type { Context } from './context.ts';
import { failureText } from './failure-text.ts';
import type { Ended } from './run.ts';
import type { Terminal } from './terminal.ts';
import { duration, list } from '../words.ts';

/** How an apply ended, and what to do next. */
export function outcomeText(context: Context, ended: Ended, terminal: Terminal, ms: number): string {
  const { plan, result } = ended.outcome;
  const { columns } = terminal;
  const states = [...plan.states.values()];
  const ready = states.filter((state) => state.phase === 'ready').length;
  switch (result) {
    case 'converged':
      return [
        `Ready in ${duration(ms)}: ${ready} of ${states.length}.`,
        ...addresses(ended.outcome),
        ...states.flatMap(({ id, because }) =>
          because === undefined ? [] : [paragraph(`  note       ${id}: ${because}`, columns, 13)],
        ),
        next('Next:', `mcpgw-controller status ${context.files}`, columns),
      ].join('\n');
    case 'pending':
      return wrap(
        `Begun: ${ready} of ${states.length} ready. Still underway in AWS: ${underway(plan)}. Run apply again to go on.`,
        columns,
      );
    case 'interrupted':
      return interruptedText(ended, 'apply', columns);
    case 'failed':
      return failureText(context, ended.outcome, terminal, `mcpgw-controller apply ${context.files}`);
  }
}

/** What goes on in AWS by itself after Ctrl-C. */
export function interruptedText({ outcome, unanswered }: Ended, name: 'apply' | 'destroy', columns: number): string {
  const open =
    unanswered.length === 0 ? '' : ` No answer yet to: ${list(unanswered.map((step) => `${step.verb} ${step.node}`))}.`;
  return wrap(
    `Stopped after the calls in flight. Still running in AWS: ${underway(outcome.plan)}.${open} Run ${name} again to go on; nothing needs cleaning.`,
    columns,
  );
}

export function next(lead: string, line: string, columns: number): string {
  return lead.length + line.length + 1 <= columns ? `${lead} ${line}` : `${lead}\n${command(line, columns)}`;
}

function underway(plan: Plan): string {
  const states = [...plan.states.values()].filter((state) => state.phase === 'pending' || state.phase === 'deleting');
  const going = plan.steps.filter((step) => step.live?.phase === 'deleting').map((step) => `${step.node} (deleting)`);
  const all = [...states.map((state) => `${state.id} (${state.because ?? state.phase})`), ...going];
  return all.length === 0 ? 'nothing' : [...new Set(all)].join(', ');
}

function addresses(ran: Ran<Wish>): readonly string[] {
  const outputs = outputsOf(ran);
  const registry = outputs['registry_url']?.value;
  const keycloak = outputs['keycloak_admin_console']?.value;
  return [
    ...(typeof registry === 'string' ? [`  Registry   ${registry}`] : []),
    ...(typeof keycloak === 'string' ? [`  Keycloak   ${keycloak}`] : []),
  ];
}
