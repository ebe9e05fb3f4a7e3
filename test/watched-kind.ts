import type { Aws } from '../src/aws/aws.ts';
import type { Act, AnyKind, Kind, Observed } from '../src/engine/kind.ts';

/** The kind with clients of its own, so that its calls can be told from others: one for looking, one for changing. */
export function watched<P, O>(
  kind: Kind<P, O, Aws>,
  to: { readonly read: Aws; readonly written: Aws; readonly created: Observed[] },
): AnyKind {
  const changing = (act: Act<Aws>): Act<Aws> => ({ ...act, env: to.written });
  const { create, update, retag, restore, holders } = kind;
  const remove = kind.delete;
  return {
    ...kind,
    observe: (input) => kind.observe({ ...input, env: to.read } as never),
    ...(create && {
      create: async (act, props) => {
        const live = await create(changing(act), props as P);
        to.created.push(live);
        return live;
      },
    }),
    ...(update && {
      update: (act, live, props, changed) => update(changing(act), live as never, props as P, changed as never),
    }),
    ...(retag && { retag: (act, live, tags) => retag(changing(act), live as never, tags) }),
    ...(restore && { restore: (act, live) => restore(changing(act), live as never) }),
    ...(remove && { delete: (act, live) => remove(changing(act), live as never) }),
    ...(holders && { holders: (act, live) => holders({ ...act, env: to.read }, live as never) }),
  } satisfies AnyKind;
}
