import type { Sight } from '../controller/look.ts';
import { OWNER_TAG } from '../engine/graph.ts';
import { kinds } from '../reconcilers/index.ts';

/** By these the things of a gateway are known in AWS; what else a thing gives is shared by many. */
export function idsIn({ snapshot, declared }: Sight): ReadonlySet<string> {
  const identifying = new Map(
    Object.values(kinds).flatMap((list) =>
      list.map((kind) => [kind.name, [...kind.identifies, ...(kind.identity ?? [])]]),
    ),
  );
  const owner = declared.graph.owner;
  return new Set(
    [...snapshot].flatMap(([kind, view]) =>
      view.status !== 'known'
        ? []
        : view.live
            .filter(({ tags }) => tags === undefined || tags[OWNER_TAG] === undefined || tags[OWNER_TAG] === owner)
            .flatMap(({ outputs }) => (identifying.get(kind) ?? []).map((name) => outputs[name]))
            .filter((id) => typeof id === 'string'),
    ),
  );
}
