import type { Failure } from '../engine/failures.ts';
import type { NodeId } from '../engine/ref.ts';
import type { Outcome } from '../engine/reconcile.ts';
import type { Context } from './context.ts';
import { command, paragraph, wrap } from './layout.ts';
import type { Terminal } from './terminal.ts';
import { unknownText } from './obstacles.ts';
import { count, few } from '../words.ts';

const VERBS = { create: 'create', update: 'change', delete: 'delete', restore: 'restore' } as const;
const MOST = 6;

/** What did not go through, why, and what to do; the cause before what only waits for it. */
export function failureText(context: Context, outcome: Outcome, terminal: Terminal, again: string): string {
  const { plan, failures } = outcome;
  const { columns } = terminal;
  const told = new Set<NodeId>(failures.map((failure) => failure.node));
  const denied = failures.filter((failure) => missingAction(failure) !== undefined);
  const lines = [
    ...deniedLines(denied, context),
    ...failures.filter((failure) => !denied.includes(failure)).map(failureLine),
  ];
  for (const state of plan.states.values())
    if (state.phase === 'stalled' && !told.has(state.id))
      lines.push(`${state.id} is stalled: ${state.because ?? 'no reason is known'}`);
  const blocked = plan.steps.filter((step) => step.blockedBy.length > 0 && !told.has(step.node));
  if (blocked.length > 0)
    lines.push(
      `Blocked by that: ${few(
        blocked.map((step) => step.node),
        MOST,
      )}`,
    );
  const held = plan.steps.filter(
    (step) =>
      step.action === 'delete' && step.blockedBy.length === 0 && step.waitsFor.length > 0 && !told.has(step.node),
  );
  for (const step of held.slice(0, MOST))
    lines.push(`${step.node} stays: ${few(step.waitsFor)} still ${step.waitsFor.length === 1 ? 'needs' : 'need'} it`);
  if (outcome.timedOut) lines.push(`The time for this run is over. Not ready yet: ${few(unready(outcome), MOST)}`);
  const done = `Done before that: ${count(outcome.done.length, 'call')}. What was done stays and is not lost.`;
  return [
    ...lines.map((line) => paragraph(line, columns, 2)),
    ...unknownText(plan, terminal),
    wrap(done, columns),
    ...(denied.length > 0
      ? ['Print the policy it needs:', command('mcpgw-controller iam-policy --for apply', columns)]
      : []),
    'When this is put right:',
    command(again, columns),
  ].join('\n');
}

const unready = ({ plan }: Outcome): readonly string[] => [
  ...new Set([
    ...[...plan.states.values()].filter((state) => state.phase !== 'ready').map((state) => state.id),
    ...plan.steps.map((step) => step.node),
  ]),
];

const failureLine = ({ node, verb, error }: Failure): string => `Cannot ${VERBS[verb]} ${node}: ${error.message}`;

/** One line for each permission that is missing, however many nodes ask for it. */
function deniedLines(denied: readonly Failure[], { aws }: Context): readonly string[] {
  const groups = new Map<string, Failure[]>();
  for (const failure of denied) {
    const key = `${VERBS[failure.verb]} ${missingAction(failure) ?? ''} ${failure.error.code}`;
    groups.set(key, [...(groups.get(key) ?? []), failure]);
  }
  const lines = [...groups].map(([key, group]) => {
    const [verb = '', action = '', code = ''] = key.split(' ');
    // In an order that does not depend on which answer came first.
    return `Cannot ${verb} ${few(group.map((failure) => failure.node).sort())}: the role may not call ${action} (${code}).`;
  });
  return lines.length === 0 ? [] : [...lines, `  caller  ${aws.caller}`];
}

/** AWS names the permission in its sentence and nowhere else. */
const missingAction = ({ error }: Failure): string | undefined =>
  /not authorized to perform:? ([\w-]+:\w+)/.exec(error.message)?.[1];
