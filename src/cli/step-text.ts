import { secondsOf } from '../engine/estimate.ts';
import type { Step } from '../engine/step.ts';
import { originOf, type Origin } from '../state/applied.ts';
import { fields } from './layout.ts';
import { linesText } from './line-text.ts';
import { COLOURS, DOMAIN, INDENT, NARROW, SIGNS, type PlanView } from './plan-view.ts';
import type { Terminal } from './terminal.ts';
import { pathText, propsText, valueText } from './value-text.ts';
import { about, few } from '../words.ts';

/** Longer names push what is said of them to the right by themselves. */
const WIDEST = 36;
const LONGEST_VALUE = 60;

/** One step: its line, and a line for each field that changes. `width` is that of the longest name beside it. */
export function stepText(step: Step, view: PlanView, width: number, terminal: Terminal): readonly string[] {
  const sign = terminal.paint(COLOURS[step.action], SIGNS[step.action]);
  const notes = notesOf(step, view);
  const node = notes.length > 0 ? step.node.padEnd(Math.min(width, WIDEST)) : step.node;
  const fits = INDENT + step.node.length <= terminal.columns;
  const name = fits
    ? `${step.domain.padEnd(DOMAIN)}  ${node}`
    : `${step.domain}\n${' '.repeat(NARROW - 1)}${step.node}`;
  const head = fields([` ${name}`, ...notes], terminal.columns - 1, (fits ? INDENT : NARROW) - 1);
  return [sign + head.replaceAll('\n', '\n '), ...changesText(step, view, terminal)];
}

function notesOf(step: Step, { kinds, applied, lines, destroy }: PlanView): readonly string[] {
  const kind = kinds[step.domain]?.find((item) => item.name === step.kind);
  const seconds = secondsOf(step, kind);
  return [
    step.interrupts === undefined ? [] : [`interrupts ${step.interrupts}`],
    step.because === undefined || (destroy && step.action === 'delete') ? [] : [step.because],
    step.action === 'create' && step.node in applied ? ['deleted outside'] : [],
    linesText(lines?.get(step)),
    step.blockedBy.length > 0 ? [`blocked by ${few(step.blockedBy)}`] : [],
    seconds >= 60 ? [about(seconds)] : [],
  ]
    .flat()
    .filter((note) => note !== '');
}

function changesText(step: Step, { applied, lines, all, destroy }: PlanView, { columns }: Terminal): readonly string[] {
  const outside = step.action === 'delete' && step.because === 'made outside';
  if (outside && step.live !== undefined) return [fields([`    ${propsText(step.live.props)}`], columns, 6)];
  if ((step.action === 'create' && !all) || (step.action === 'delete' && destroy)) return [];
  const longest = Math.min(LONGEST_VALUE, Math.max(columns - 12, 1));
  return step.changes.map((change) => {
    const from = step.action === 'create' ? '' : `${valueText(change.from, longest)} → `;
    const mark = change.replaces ? 'forces replacement' : '';
    const origin =
      step.action === 'create' ? '' : originText(originOf(applied, step, change), linesText(lines?.get(change)));
    return fields(
      [`    ${pathText(change.path)}`, `${from}${valueText(change.to, longest)}`, mark, origin],
      columns,
      6,
    );
  });
}

/** @param place where the manifest asks for it, or nothing */
function originText(origin: Origin, place: string): string {
  const inManifest = `changed in ${place === '' ? 'the manifest' : place}`;
  switch (origin) {
    case 'manifest':
      return inManifest;
    case 'both':
      return `${inManifest} and outside`;
    case 'outside':
      return 'changed outside';
    case 'unknown':
      return place === '' ? '' : inManifest;
  }
}
