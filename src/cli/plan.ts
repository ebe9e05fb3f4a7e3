import { linesOf, type Lines } from '../controller/causes.ts';
import { isGateway } from '../controller/session.ts';
import { lookAround, type Sight } from '../controller/look.ts';
import type { Wish } from '../reconcilers/index.ts';
import { shortRevision } from '../state/revision.ts';
import { openContext, printJson, type Context, type ManifestOptions } from './context.ts';
import { changesExit } from './exit-code.ts';
import { command, fields, paragraph, wrap } from './layout.ts';
import { selectNodes } from './only.ts';
import { planJson } from './plan-json.ts';
import { planMarkdown } from './plan-markdown.ts';
import { planText } from './plan-text.ts';
import { switchJson, switchText } from './switch-text.ts';
import type { Terminal } from './terminal.ts';
import { duration } from '../words.ts';

export interface PlanCommandOptions extends Omit<ManifestOptions, 'output'> {
  readonly output: 'text' | 'json' | 'markdown';
  readonly all?: boolean;
  readonly exitCode?: boolean;
  readonly only?: readonly string[];
}

/** What would change and why. Writes nothing. */
export async function plan(options: PlanCommandOptions, terminal: Terminal): Promise<number> {
  const began = Date.now();
  const context = await openContext(options, terminal, { warn: true });
  const only = selectNodes(options.only, context.wished.graph, context.kinds);
  const sight = await lookAround(context, only === undefined ? {} : { only });
  const lines = await linesOf(context, sight);
  const all = options.all === true;
  if (options.output === 'json')
    printJson(terminal, { ...planJson(sight.plan, context.revision, sight.applied, lines), ...switchJson(sight) });
  else if (options.output === 'markdown')
    terminal.out(
      planMarkdown(context, sight, { all, lines, command: applyThis(context, sight, options.only) }, terminal),
    );
  else {
    terminal.out(planScreen(context, sight, terminal, { all, lines, destroy: false, ms: Date.now() - began }));
    const canBegin = sight.plan.steps.some((step) => step.action !== 'refuse' && step.blockedBy.length === 0);
    if (canBegin) terminal.out(advice(context, sight, options.only, terminal));
  }
  if (sight.plan.unknown.size > 0 || sight.plan.steps.some((step) => step.action === 'refuse')) return 1;
  return options.exitCode === true ? changesExit(sight.plan, sight.applied) : 0;
}

function applyThis({ files }: Context, { plan: found }: Sight<Wish>, only: readonly string[] = []): string {
  const chosen = only.length > 0 ? ` --only ${only.join(' ')}` : '';
  return `mcpgw-controller apply ${files}${chosen} --plan ${found.id}`;
}

function advice(context: Context, sight: Sight<Wish>, only: PlanCommandOptions['only'], { columns }: Terminal): string {
  const line = applyThis(context, sight, only);
  const lead = 'Apply exactly this:';
  return lead.length + line.length + 2 <= columns ? `${lead}  ${line}` : `${lead}\n${command(line, columns)}`;
}

interface ScreenOptions {
  readonly all: boolean;
  /** None by default. */
  readonly lines?: Lines;
  readonly destroy: boolean;
  readonly ms: number;
}

/** The whole plan screen, from the gateway's name to how long it takes. */
export function planScreen(context: Context, sight: Sight<Wish>, terminal: Terminal, options: ScreenOptions): string {
  const { plan: found, applied } = sight;
  const { columns } = terminal;
  const head = fields(
    [
      `${isGateway(context) ? 'Gateway' : 'Controller'} ${context.owner}`,
      `account ${context.aws.accountId}`,
      `${context.file} @ ${shortRevision(context.revision)}`,
    ],
    columns,
    2,
  );
  const states = [...found.states.values()];
  if (found.steps.length === 0 && found.unknown.size === 0 && !options.destroy) {
    const ready = states.filter((state) => state.phase === 'ready').length;
    const open = states
      .filter((state) => state.phase !== 'ready')
      .map((state) =>
        paragraph(
          `  ${state.id} is ${state.phase}${state.because === undefined ? '' : `: ${state.because}`}`,
          columns,
          4,
        ),
      );
    const text = `Nothing to change: ${ready} of ${states.length} ready (${context.calls.length} reads, ${duration(options.ms)}).`;
    return [head, wrap(text, columns), ...open].join('\n');
  }
  const ways = options.destroy ? [] : switchText(sight, terminal);
  const { all, lines, destroy } = options;
  const text = planText({ plan: found, kinds: context.kinds, applied, lines, all, destroy }, terminal);
  return [head, ...ways, text].join('\n');
}
