import type { Plan } from '../engine/plan.ts';
import { wrap } from './layout.ts';
import type { Terminal } from './terminal.ts';
import { few } from './words.ts';

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
