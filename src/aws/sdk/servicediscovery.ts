export {
  ServiceDiscoveryClient as Client,
  CreatePrivateDnsNamespaceCommand,
  DeleteNamespaceCommand,
  DeleteServiceCommand,
  DeregisterInstanceCommand,
  GetOperationCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  paginateListInstances,
  paginateListNamespaces,
  paginateListOperations,
  paginateListServices,
} from '@aws-sdk/client-servicediscovery';
