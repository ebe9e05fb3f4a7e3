import { kebab } from '../../aws/names.ts';
import type { Handle } from '../../engine/graph.ts';
import type { ImageName, ServiceName } from '../../spec/gateway.ts';
import type { Line } from '../../spec/releases/release.ts';
import type { Declaration } from '../declaration.ts';
import { image, type ImageOutputs } from './image.ts';
import { lifecyclePolicy, type LifecycleRule } from './lifecycle-policy.ts';
import { repositoryPolicy } from './repository-policy.ts';
import { repository, type RepositoryOutputs } from './repository.ts';
import { repositoryAccess } from './roles.ts';

/** Looks up the image of every container of these services. */
export function declareImages(
  { graph, gateway }: Declaration,
  line: Line,
  services: readonly ServiceName[],
): ReadonlyMap<ImageName, Handle<ImageOutputs>> {
  const names = services.flatMap((name) => line.services[name].containers.map((container) => container.image));
  return new Map(
    [...new Set(names)].map((name) => [name, graph.add(image, kebab(name), { reference: gateway.images[name] })]),
  );
}

/** Where the images of Keycloak are pushed to. */
export function declareRepository({ graph, gateway, names }: Declaration): Handle<RepositoryOutputs> {
  const repositoryName = names.keycloakRepository;
  const made = graph.add(repository, 'keycloak', { repositoryName, scanOnPush: true });
  const inside = { after: [made] };
  graph.add(repositoryPolicy, 'keycloak', { repositoryName, document: repositoryAccess(gateway) }, inside);
  graph.add(lifecyclePolicy, 'keycloak', { repositoryName, rules: expiry }, inside);
  return made;
}

const expiry: readonly LifecycleRule[] = [
  {
    rulePriority: 10,
    description: 'all but the last ten images of commits',
    selection: { tagStatus: 'tagged', tagPrefixList: ['sha-'], countType: 'imageCountMoreThan', countNumber: 10 },
    action: { type: 'expire' },
  },
  {
    rulePriority: 20,
    description: 'images that lost their tag a week ago',
    selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 7 },
    action: { type: 'expire' },
  },
];
