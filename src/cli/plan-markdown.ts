import type { Lines } from '../controller/causes.ts';
import type { Sight } from '../controller/look.ts';
import type { Step } from '../engine/step.ts';
import type { Wish } from '../reconcilers/index.ts';
import { shortRevision } from '../state/revision.ts';
import { count } from '../words.ts';
import type { Context } from './context.ts';
import { keptText } from './kept-text.ts';
import { TIED } from './layout.ts';
import { code, comment, escaped, type Block } from './markdown.ts';
import { stalledText, unknownText } from './obstacles.ts';
import { stepsText, totals, verdict } from './plan-text.ts';
import type { PlanView } from './plan-view.ts';
import { switchText } from './switch-text.ts';
import type { Terminal } from './terminal.ts';

/** GitHub takes 65,536 letters; some are left for whoever writes a line above. */
const MOST = 65_000;
const COLUMNS = 100;

interface MarkdownOptions {
  readonly all: boolean;
  readonly lines: Lines;
  /** Applies exactly this plan. */
  readonly command: string;
}

/** A plan as a comment on a change: the verdict, what is dangerous, the rest folded. */
export function planMarkdown(
  context: Context,
  sight: Sight<Wish>,
  { all, lines, command }: MarkdownOptions,
  given: Terminal,
): string {
  const { plan, applied } = sight;
  const terminal: Terminal = { ...given, columns: COLUMNS, paint: (_style, text) => text };
  const view: PlanView = { plan, kinds: context.kinds, applied, lines, all, destroy: false };
  const head = [
    `<!-- mcpgw-controller: plan ${plan.id} of ${context.aws.accountId}/${context.owner}, ${plan.steps.length} steps -->`,
    `### ${code(context.owner)}`,
    `**${escaped(isQuiet(sight) ? quiet(sight) : verdict(view).replaceAll(TIED, ' '))}**`,
    `Account ${context.aws.accountId}, ${code(context.file)} at ${code(shortRevision(context.revision))}`,
  ].join('\n\n');
  const tail = isQuiet(sight) ? '' : totals(view, terminal).join('\n\n');
  return comment(head, blocks(sight, view, terminal), tail && `${tail}\n\nTo apply exactly this: ${code(command)}`, {
    most: MOST,
    cut: (rest) =>
      `**${count(rest, 'line')} more than a comment may have.** All of it: ${code(`mcpgw-controller plan ${context.files} --all`)}`,
  }).trimEnd();
}

function blocks(sight: Sight<Wish>, view: PlanView, terminal: Terminal): readonly Block[] {
  const { plan } = view;
  const stepsOf = (steps: readonly Step[]): readonly string[] =>
    lines(stepsText({ ...view, plan: { ...plan, steps } }, terminal));
  const dangerous = plan.steps.filter(isDangerous);
  const others = plan.steps.filter((step) => !isDangerous(step));
  const kept = lines(keptText(view, terminal));
  const open = [
    ...lines(switchText(sight, terminal)),
    ...lines([...stalledText(plan, terminal), ...unknownText(plan, terminal)]),
    ...stepsOf(dangerous),
  ];
  return [
    { lines: open },
    { summary: count(others.length, dangerous.length > 0 ? 'other change' : 'change'), lines: stepsOf(others) },
    { summary: count(plan.kept.length, 'thing stays', 'things stay'), lines: kept },
  ].filter((block) => block.lines.length > 0);
}

/** What people should have read before they agree. */
const isDangerous = ({ action, interrupts }: Step): boolean =>
  action === 'refuse' || action === 'replace' || action === 'delete' || interrupts !== undefined;

const isQuiet = ({ plan }: Sight<Wish>): boolean => plan.steps.length === 0 && plan.unknown.size === 0;

function quiet({ plan }: Sight<Wish>): string {
  const ready = [...plan.states.values()].filter((state) => state.phase === 'ready').length;
  return `Nothing to change: ${ready} of ${plan.states.size} ready.`;
}

const lines = (texts: readonly string[]): readonly string[] => texts.flatMap((text) => text.split('\n'));
