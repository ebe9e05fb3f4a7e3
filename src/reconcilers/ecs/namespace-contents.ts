import type { Aws } from '../../aws/aws.ts';
import { ignoreGone, orUndefined } from '../../aws/errors.ts';
import { collect } from '../../aws/pages.ts';
import { must } from '../../engine/errors.ts';

/** Removes what stands in a namespace, one stage a call, and returns how many services it found. */
export async function emptyNamespace(aws: Aws, namespaceId: string): Promise<number> {
  const cloudMap = await aws.servicediscovery();
  const Filters = [{ Name: 'NAMESPACE_ID' as const, Values: [namespaceId], Condition: 'EQ' as const }];
  const pages = cloudMap.paginateListServices({ client: cloudMap.client }, { Filters });
  const services = (await orUndefined(collect(pages, (page) => page.Services))) ?? [];
  await Promise.all(services.map((service) => deleteService(aws, must(service.Id, 'Id'))));
  return services.length;
}

async function deleteService(aws: Aws, ServiceId: string): Promise<void> {
  const cloudMap = await aws.servicediscovery();
  const pages = cloudMap.paginateListInstances({ client: cloudMap.client }, { ServiceId });
  const instances = (await orUndefined(collect(pages, (page) => page.Instances))) ?? [];
  if (instances.length === 0) return ignoreGone(cloudMap.send(new cloudMap.DeleteServiceCommand({ Id: ServiceId })));
  // Left over from tasks that ended: their service in ECS has gone before the namespace may go.
  const calls = instances.map(({ Id: InstanceId }) =>
    ignoreGone(cloudMap.send(new cloudMap.DeregisterInstanceCommand({ ServiceId, InstanceId }))),
  );
  await Promise.all(calls);
}
