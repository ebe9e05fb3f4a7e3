import type { Aws } from '../../aws/aws.ts';
import type { LiveProps, Look, Observed } from '../../engine/kind.ts';
import type { Admin } from './admin.ts';
import { adminOf } from './entrance.ts';
import { keycloakServer } from './server.ts';

/** Looks at things inside Keycloak, as far as it can be asked. */
export async function observeInside<Props, Outputs>(
  { env: aws, nodes, live }: Look<Aws, Props>,
  list: (admin: Admin) => Promise<readonly Observed<Props, Outputs>[]>,
): Promise<readonly Observed<Props, Outputs>[]> {
  if (nodes.length === 0) return [];
  const [server] = await live(keycloakServer);
  if (server?.outputs.openedBy === undefined) return [];
  if (server.phase === 'ready') return list(adminOf(aws));
  return nodes.map(({ name, props }) => ({
    name,
    phase: 'unseen',
    because: 'Keycloak cannot be asked',
    // Taken as it is wanted: what is open in it stays open.
    props: props as unknown as LiveProps<Props>,
    outputs: {} as Observed<Props, Outputs>['outputs'],
  }));
}
