import type { Handle } from '../../engine/graph.ts';
import type { Declaration } from '../declaration.ts';
import { kmsKey } from './kms-key.ts';
import { suppliedFrom } from './secret-value.ts';
import { secret, type SecretOutputs } from './secret.ts';
import { serviceLinkedRole } from './service-linked-role.ts';
import { comparisonKey, wantedSecrets, type WantedSecret } from './wanted-secrets.ts';

export type Identity = ReturnType<typeof declareIdentity>;

/**
 * Keys, secrets and the roles by which services act. Roles of our own stand beside what takes them on.
 *
 * @param supplied version ids of supplied values, by the name of the secret's node, as far as they are known
 */
export function declareIdentity({ graph, gateway, names }: Declaration, supplied: ReadonlyMap<string, string>) {
  const key = (name: 'rds' | 'documentdb', description: string) =>
    graph.add(kmsKey, name, { description, aliasName: names.keyAlias[name], enabled: true, rotationDays: 365 });
  const linked = (name: string, serviceName: string) => graph.add(serviceLinkedRole, name, { serviceName });
  const add = ({ name, ...props }: WantedSecret, rest = {}): Handle<SecretOutputs> =>
    graph.add(secret, name, { ...props, ...rest });

  const first = add(comparisonKey(names));
  return {
    keys: {
      rds: key('rds', 'Storage of the Keycloak database'),
      documentdb: key('documentdb', 'Storage of the registry database'),
    },
    secrets: {
      comparisonKey: first,
      ...wantedSecrets(gateway, names, (wanted) => {
        if (suppliedFrom(wanted.content) === undefined) return add(wanted);
        const versionId = supplied.get(wanted.name);
        const compared = { comparisonKey: { $secret: first.ref('arn', { when: 'ready' }) } };
        return add(wanted, { ...compared, ...(versionId !== undefined && { versionId }) });
      }),
    },
    serviceLinkedRoles: {
      ecs: linked('ecs', 'ecs.amazonaws.com'),
      elasticloadbalancing: linked('elasticloadbalancing', 'elasticloadbalancing.amazonaws.com'),
      rds: linked('rds', 'rds.amazonaws.com'),
      autoscaling: linked('autoscaling', 'ecs.application-autoscaling.amazonaws.com'),
      elasticfilesystem: linked('elasticfilesystem', 'elasticfilesystem.amazonaws.com'),
    },
  };
}
