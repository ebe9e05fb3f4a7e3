import type { Observed, Tags } from '../../engine/kind.ts';

/** Ids of the endpoints that stood in the namespace when a service's last deployment began. */
export const KNOWS_TAG = 'mcpgw:knows';

/** Name and Cloud Map id under which others reach a service. */
export interface Endpoint {
  readonly name: string;
  readonly id: string;
}

interface Reachable {
  readonly outputs: { readonly endpoint: Endpoint | undefined };
}

/** What the namespace offers, ids by name. */
export const endpointsOf = (services: readonly Reachable[]): ReadonlyMap<string, string> =>
  new Map(
    services.flatMap(({ outputs: { endpoint } }) => (endpoint === undefined ? [] : [[endpoint.name, endpoint.id]])),
  );

/** The mark of a service whose deployment begins now. */
export const markOf = (services: readonly Reachable[]): Tags => ({
  [KNOWS_TAG]: [...endpointsOf(services).values()].sort().join(' '),
});

/**
 * A task resolves the endpoints that stood when its service's deployment began and none that came later; nothing in
 * AWS shows which. Who is not there yet is nobody to know: the difference appears when he comes.
 */
export function knownTo(
  { tags }: Pick<Observed, 'tags'>,
  wanted: readonly string[],
  offered: ReadonlyMap<string, string>,
): readonly string[] {
  const ids = new Set(tags?.[KNOWS_TAG]?.split(' '));
  return wanted.filter((name) => {
    const id = offered.get(name);
    return id === undefined || ids.has(id);
  });
}
