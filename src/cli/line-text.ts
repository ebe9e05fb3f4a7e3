import type { Line } from '../controller/causes.ts';
import { tied } from './layout.ts';

/** More lines than these are an ellipsis. */
const SHOWN = 3;

/** Where to look in the manifest: `gateway.yaml:31`, `gateway.yaml:31, 35`; empty when that is not known. */
export function linesText(lines: readonly Line[] = []): string {
  const files = [...new Set(lines.map(({ file }) => file))];
  const texts = files.map((file) => {
    const own = lines.filter((each) => each.file === file).map(({ line }) => line);
    const numbers = [...new Set(own)].sort((a, b) => a - b);
    return `${file}:${numbers.slice(0, SHOWN).join(', ')}${numbers.length > SHOWN ? ', …' : ''}`;
  });
  return tied(texts.join(', '));
}

/** The same for programs: a member of a step or a change, left out when nothing is known. */
export function linesJson([first, ...also]: readonly Line[] = []): object {
  return first === undefined ? {} : { manifest: { ...first, ...(also.length > 0 && { also }) } };
}
