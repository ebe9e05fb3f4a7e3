import { must } from '../../engine/errors.ts';
import type { Handle } from '../../engine/graph.ts';
import type { ServiceName } from '../../spec/gateway.ts';
import { lines } from '../../spec/releases/lines.ts';
import type { Declaration } from '../declaration.ts';
import { conditionsOf, placesOf } from './choices.ts';
import type { ClusterOutputs } from './cluster.ts';
import { declareClusters } from './clusters.ts';
import type { Context } from './containers.ts';
import { declareImages, declareRepository } from './images.ts';
import type { NamespaceOutputs } from './namespace.ts';
import type { Parts } from './parts.ts';
import type { RepositoryOutputs } from './repository.ts';
import { declareShellPolicy } from './roles.ts';
import { declareScaling } from './scaling.ts';
import { declareService } from './service-nodes.ts';
import type { ServiceOutputs } from './service.ts';
import type { TaskDefinitionOutputs } from './task-definition.ts';

/** What other domains need of the containers. Services that a manifest does not ask for are not there. */
export interface EcsPart {
  readonly clusters: Readonly<Record<'main' | 'keycloak', Handle<ClusterOutputs>>>;
  readonly namespace: Handle<NamespaceOutputs>;
  readonly services: Readonly<Partial<Record<ServiceName, Handle<ServiceOutputs>>>>;
  readonly taskDefinitions: Readonly<Partial<Record<ServiceName, Handle<TaskDefinitionOutputs>>>>;
  readonly repository: Handle<RepositoryOutputs>;
}

/** Clusters, and in them every service of the manifest's line of images: servers first, then who calls them. */
export function declareEcs(declaration: Declaration, parts: Parts): EcsPart {
  const { gateway } = declaration;
  const line = must(lines[gateway.release], `release ${gateway.release}`);
  const conditions = conditionsOf(gateway, line);
  const wanted = line.order.filter((name) => {
    const { when } = line.services[name];
    return when === undefined || conditions[when];
  });

  const { namespace, clusters } = declareClusters(declaration, line, parts);
  const images = declareImages(declaration, line, wanted);
  const context: Context = {
    gateway,
    conditions,
    places: placesOf(declaration, parts),
    parts,
    imageOf: (container) => must(images.get(container.image), `image ${container.image}`).ref('image'),
  };
  const shell = declareShellPolicy(declaration, parts);

  const services: Partial<Record<ServiceName, Handle<ServiceOutputs>>> = {};
  const taskDefinitions: Partial<Record<ServiceName, Handle<TaskDefinitionOutputs>>> = {};
  for (const name of wanted) {
    const { calls } = line.services[name];
    const made = declareService(declaration, name, {
      line: line.services[name],
      context,
      shell,
      namespace,
      cluster: clusters[line.services[name].cluster],
      knows: calls.filter((other) => wanted.includes(other)).flatMap((other) => line.services[other].alias?.name ?? []),
      // Whom it calls that comes later in the order, it gets to know by a second deployment.
      behind: calls.flatMap((other) => services[other] ?? []),
    });
    services[name] = made.service;
    taskDefinitions[name] = made.taskDefinition;
    declareScaling(declaration, parts, name, line.services[name], made.service);
  }
  return { clusters, namespace, services, taskDefinitions, repository: declareRepository(declaration) };
}
