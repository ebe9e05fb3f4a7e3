import type { NodeReport } from '../daemon/board.ts';
import { resolve } from '../engine/ref.ts';
import { Secret } from '../engine/secret.ts';

const SECRET = '[secret]';

/** What is wanted of a node in plain words: what others give filled in as far as it is known, secrets never. */
export function wantedOf(
  { props = {} }: NodeReport,
  byId: ReadonlyMap<string, Pick<NodeReport, 'outputs'>>,
): Readonly<Record<string, unknown>> {
  const filled = Object.entries(props).map(([name, value]) => {
    const known = resolve(value, (ref) => byId.get(ref.$ref)?.outputs[ref.output]);
    return [name, plain(known)] as const;
  });
  return Object.fromEntries(filled.filter(([, value]) => value !== undefined));
}

/** `Vpc/main.vpcId` is what is not known yet. */
function plain(value: unknown): unknown {
  if (value instanceof Secret) return SECRET;
  if (typeof value !== 'object' || value === null) return value;
  if ('$secret' in value) return SECRET;
  if ('$ref' in value && 'output' in value) return `${String(value.$ref)}.${String(value.output)}`;
  if ('$format' in value && Array.isArray(value.$format)) return value.$format.map(plain).join('');
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]));
}
