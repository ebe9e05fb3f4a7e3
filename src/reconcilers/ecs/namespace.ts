import type { NamespaceSummary } from '@aws-sdk/client-servicediscovery';
import { createHash } from 'node:crypto';
import type { Aws, AwsKind } from '../../aws/aws.ts';
import { ignoreGone, orUndefined } from '../../aws/errors.ts';
import { makeNames } from '../../aws/names.ts';
import { collect } from '../../aws/pages.ts';
import { fromTags, isOurs, nodeName, toTags } from '../../aws/tags.ts';
import { must, waiting } from '../../engine/errors.ts';
import type { Observed, Phase, Tags } from '../../engine/kind.ts';

/** A private DNS namespace of Cloud Map, which Service Connect keeps its names in. */
export interface NamespaceProps {
  readonly namespaceName: string;
  readonly vpcId: string;
}

export interface NamespaceOutputs {
  readonly namespaceId: string;
  readonly namespaceArn: string;
}

// Cloud Map does not tell the VPC of a namespace; only its hosted zone knows.
const VPC_TAG = 'mcpgw:vpc';

export const namespace: AwsKind<NamespaceProps, NamespaceOutputs> = {
  name: 'Namespace',
  immutable: ['namespaceName', 'vpcId'],
  replace: 'new-first',
  identifies: ['namespaceArn'],
  takes: { create: 60, delete: 60 },
  actions: {
    read: [
      'servicediscovery:ListNamespaces',
      'servicediscovery:ListTagsForResource',
      'servicediscovery:ListOperations',
      'servicediscovery:GetOperation',
      'servicediscovery:ListServices',
      'servicediscovery:ListInstances',
    ],
    write: [
      'servicediscovery:CreatePrivateDnsNamespace',
      'servicediscovery:DeleteNamespace',
      'servicediscovery:DeleteService',
      'servicediscovery:DeregisterInstance',
      'servicediscovery:TagResource',
    ],
    implied: [
      'route53:CreateHostedZone',
      'route53:DeleteHostedZone',
      'route53:GetHostedZone',
      'route53:ListHostedZonesByName',
      'route53:ChangeResourceRecordSets',
      'ec2:DescribeVpcs',
      'ec2:DescribeRegions',
    ],
  },

  async observe({ env: aws }) {
    const cloudMap = await aws.servicediscovery();
    const { prefix } = makeNames(must(aws.owner.split('/')[1], 'owner'), aws.region);
    const list = await collect(
      cloudMap.paginateListNamespaces(
        { client: cloudMap.client },
        {
          Filters: [
            { Name: 'TYPE', Values: ['DNS_PRIVATE'], Condition: 'EQ' },
            { Name: 'NAME', Values: [prefix], Condition: 'BEGINS_WITH' },
          ],
        },
      ),
      (page) => page.Namespaces,
    );
    const found = await Promise.all(
      list.map(async (item) => {
        const { Tags } = await cloudMap.send(new cloudMap.ListTagsForResourceCommand({ ResourceARN: item.Arn }));
        return { item, tags: toTags(Tags) };
      }),
    );
    // Another VPC may have a namespace of this name; it is in nobody's way.
    const ours = found.filter(({ tags }) => isOurs(aws, tags));
    return Promise.all(ours.map(async ({ item, tags }) => toObserved(item, tags, await phaseOf(aws, item.Id))));
  },

  async create({ env: aws, node }, props) {
    const cloudMap = await aws.servicediscovery();
    const tags = { ...node.tags, [VPC_TAG]: props.vpcId };
    const { OperationId } = await cloudMap.send(
      new cloudMap.CreatePrivateDnsNamespaceCommand({
        Name: props.namespaceName,
        Vpc: props.vpcId,
        // The same for every try: while one is underway, Cloud Map then refuses the next.
        CreatorRequestId: createHash('sha256').update(`${node.id} ${props.vpcId}`).digest('hex'),
        Tags: fromTags(tags),
      }),
    );
    const { Operation } = await cloudMap.send(new cloudMap.GetOperationCommand({ OperationId }));
    const id = Operation?.Targets?.NAMESPACE;
    if (id === undefined) throw waiting('NamespaceUnderway', 'Cloud Map is making the namespace');
    const arn = `arn:${aws.partition}:servicediscovery:${aws.region}:${aws.accountId}:namespace/${id}`;
    return toObserved({ Id: id, Arn: arn, Name: props.namespaceName }, tags, 'pending');
  },

  async retag({ env: aws }, live, tags) {
    const cloudMap = await aws.servicediscovery();
    await cloudMap.send(
      new cloudMap.TagResourceCommand({ ResourceARN: live.outputs.namespaceArn, Tags: fromTags(tags) }),
    );
  },

  /** Service Connect leaves its Cloud Map services behind, and they would hold the namespace for ever. */
  async delete({ env: aws }, live) {
    const cloudMap = await aws.servicediscovery();
    const id = must(live.outputs.namespaceId, 'namespaceId');
    const pages = cloudMap.paginateListServices(
      { client: cloudMap.client },
      { Filters: [{ Name: 'NAMESPACE_ID', Values: [id], Condition: 'EQ' }] },
    );
    const services = (await orUndefined(collect(pages, (page) => page.Services))) ?? [];
    if (services.length > 0) {
      await Promise.all(services.map((service) => deleteService(aws, must(service.Id, 'Id'))));
      return 'again';
    }
    await ignoreGone(cloudMap.send(new cloudMap.DeleteNamespaceCommand({ Id: id })));
    return undefined;
  },
};

async function deleteService(aws: Aws, ServiceId: string): Promise<void> {
  const cloudMap = await aws.servicediscovery();
  const pages = cloudMap.paginateListInstances({ client: cloudMap.client }, { ServiceId });
  const instances = (await orUndefined(collect(pages, (page) => page.Instances))) ?? [];
  if (instances.length === 0) return ignoreGone(cloudMap.send(new cloudMap.DeleteServiceCommand({ Id: ServiceId })));
  // Left over from tasks that ended: their service in ECS has gone before the namespace may go.
  await Promise.all(
    instances.map(({ Id }) =>
      ignoreGone(cloudMap.send(new cloudMap.DeregisterInstanceCommand({ ServiceId, InstanceId: Id }))),
    ),
  );
}

/** A namespace has no state; the operations on it that are underway say what becomes of it. */
async function phaseOf(aws: Aws, id: string | undefined): Promise<Phase> {
  const cloudMap = await aws.servicediscovery();
  const underway = await collect(
    cloudMap.paginateListOperations(
      { client: cloudMap.client },
      {
        Filters: [
          { Name: 'NAMESPACE_ID', Values: [must(id, 'Id')], Condition: 'EQ' },
          { Name: 'STATUS', Values: ['SUBMITTED', 'PENDING'], Condition: 'IN' },
        ],
      },
    ),
    (page) => page.Operations,
  );
  const operations = await Promise.all(
    underway.map(({ Id }) => cloudMap.send(new cloudMap.GetOperationCommand({ OperationId: Id }))),
  );
  const types = operations.map(({ Operation }) => Operation?.Type);
  return types.includes('DELETE_NAMESPACE') ? 'deleting' : types.includes('CREATE_NAMESPACE') ? 'pending' : 'ready';
}

function toObserved(item: NamespaceSummary, tags: Tags, phase: Phase): Observed<NamespaceProps, NamespaceOutputs> {
  return {
    name: nodeName('Namespace', tags) ?? must(item.Name, 'Name'),
    phase,
    props: { namespaceName: item.Name, vpcId: tags[VPC_TAG] },
    outputs: { namespaceId: item.Id, namespaceArn: item.Arn },
    tags,
    createdAt: item.CreateDate?.getTime(),
  };
}
