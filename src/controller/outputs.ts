import { resolve, type NodeId } from '../engine/ref.ts';
import type { Wish } from '../reconcilers/index.ts';
import type { Sight } from './look.ts';

/** The outputs under the names that Terraform gave them; null is what is not known yet. */
export function outputsOf({
  declared,
  plan,
}: Pick<Sight<Wish>, 'declared' | 'plan'>): Readonly<
  Record<string, { readonly value: unknown; readonly sensitive: boolean }>
> {
  const { outputs } = declared;
  const valueOf = (ref: { readonly $ref: NodeId; readonly output: string }): unknown =>
    plan.states.get(ref.$ref)?.live?.outputs[ref.output];
  const entries = Object.entries(outputs).map(
    ([name, { value, sensitive }]) => [name, { value: withoutRefs(resolve(value, valueOf)), sensitive }] as const,
  );
  return Object.fromEntries(entries);
}

function withoutRefs(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value ?? null;
  if ('$ref' in value || '$format' in value) return null;
  if (Array.isArray(value)) return value.map(withoutRefs);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutRefs(item)]));
}
