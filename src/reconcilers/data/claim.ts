import type { Aws } from '../../aws/aws.ts';
import { foreignMark, isOurs, nodeName } from '../../aws/tags.ts';
import type { Tags } from '../../engine/kind.ts';
import { known, type Input } from '../../engine/ref.ts';

interface Named<Field extends string> {
  readonly env: Aws;
  readonly nodes: readonly { readonly name: string; readonly props: Readonly<Record<Field, Input<string>>> }[];
}

/** What makes a live thing the one of a node, in the words of `Observed`. */
export interface Claim {
  readonly name: string;
  readonly tags: Tags;
  readonly foreign: string | undefined;
}

/** The node that a thing stands for: the one in its mark, else the one that wants the name which it bears. */
export function claim<Field extends string>(
  { env, nodes }: Named<Field>,
  kind: string,
  tags: Tags,
  field: Field,
  value: string | undefined,
): Claim | undefined {
  const ours = isOurs(env, tags);
  const marked = ours ? nodeName(kind, tags) : undefined;
  const name = marked ?? nodes.find((node) => known(node.props[field]) === value)?.name;
  return name === undefined ? undefined : { name, tags, foreign: ours ? undefined : foreignMark(tags) };
}

/** What a thing is that was just made with our tags. */
export const ours = (name: string, tags: Tags): Claim => ({ name, tags, foreign: undefined });

/** Whether a thing bears a wanted name, or one with a hash behind it: only such are worth asking for their tags. */
export function isNamedLike<Field extends string>(
  { nodes }: Named<Field>,
  field: Field,
  value: string | undefined,
): boolean {
  return nodes.some((node) => {
    const wanted = known(node.props[field]);
    return wanted !== undefined && (value === wanted || value?.startsWith(`${wanted}-`) === true);
  });
}
