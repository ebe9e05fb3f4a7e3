import type { NamespaceSummary } from '@aws-sdk/client-servicediscovery';
import { createHash } from 'node:crypto';
import type { Aws, AwsKind } from '../../aws/aws.ts';
import { ignoreGone } from '../../aws/errors.ts';
import { makeNames } from '../../aws/names.ts';
import { collect } from '../../aws/pages.ts';
import { fromTags, isOurs, nodeName, toTags } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';
import type { LiveProps, Observed, Phase, Tags } from '../../engine/kind.ts';
import { known } from '../../engine/ref.ts';
import { emptyNamespace } from './namespace-contents.ts';
import { beingDeleted, beingMade, remember } from './namespace-operations.ts';

/** A private DNS namespace of Cloud Map, which Service Connect keeps its names in. */
export interface NamespaceProps {
  readonly namespaceName: string;
  readonly vpcId: string;
}

export interface NamespaceOutputs {
  readonly namespaceId: string;
  readonly namespaceArn: string;
  readonly namespaceName: string;
  readonly vpcId: string;
}

// Cloud Map does not tell the VPC of a namespace; only its hosted zone knows.
const VPC_TAG = 'mcpgw:vpc';

export const namespace: AwsKind<NamespaceProps, NamespaceOutputs> = {
  name: 'Namespace',
  immutable: ['namespaceName', 'vpcId'],
  replace: 'new-first',
  identifies: ['namespaceArn'],
  // It has no ARN before it is done.
  identity: ['namespaceName', 'vpcId'],
  tolerates: { vpcId: (live) => live === undefined },
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

  async observe({ env: aws, nodes }) {
    const [list, going] = await Promise.all([listOwn(aws), beingDeleted(aws)]);
    const found = list.map(({ item, tags }) => toObserved(item, tags, going.has(item.Id) ? 'deleting' : 'ready'));
    const names = new Set(found.map((item) => item.name));
    const missing = nodes.filter((node) => !names.has(node.name));
    const coming = await Promise.all(
      missing.map(async ({ name, props }) => {
        const making = await beingMade(aws, name);
        const wanted = { namespaceName: known<string>(props.namespaceName), vpcId: known<string>(props.vpcId) };
        return making === undefined ? [] : [{ ...unlisted(aws, name, wanted, making.id), ...making.state }];
      }),
    );
    return [...found, ...coming.flat()];
  },

  async create({ env: aws, node }, props) {
    const cloudMap = await aws.servicediscovery();
    const { OperationId } = await cloudMap.send(
      new cloudMap.CreatePrivateDnsNamespaceCommand({
        Name: props.namespaceName,
        Vpc: props.vpcId,
        // The same for every try: while one is underway, Cloud Map then refuses the next.
        CreatorRequestId: createHash('sha256').update(`${node.id} ${props.vpcId}`).digest('hex'),
        Tags: fromTags({ ...node.tags, [VPC_TAG]: props.vpcId }),
      }),
    );
    remember(aws, node.name, must(OperationId, 'OperationId'));
    const making = await beingMade(aws, node.name);
    return { ...unlisted(aws, node.name, props, making?.id), tags: node.tags };
  },

  async retag({ env: aws }, live, tags) {
    const cloudMap = await aws.servicediscovery();
    const ResourceARN = live.outputs.namespaceArn;
    await cloudMap.send(new cloudMap.TagResourceCommand({ ResourceARN, Tags: fromTags(tags) }));
  },

  /** Service Connect leaves its Cloud Map services behind, and they would hold the namespace for ever. */
  async delete({ env: aws }, live) {
    const cloudMap = await aws.servicediscovery();
    const Id = must(live.outputs.namespaceId, 'namespaceId');
    if ((await emptyNamespace(aws, Id)) > 0) return 'again';
    await ignoreGone(cloudMap.send(new cloudMap.DeleteNamespaceCommand({ Id })));
    return undefined;
  },
};

/** Another VPC may have a namespace of the same name; it is in nobody's way. */
async function listOwn(aws: Aws): Promise<readonly { readonly item: NamespaceSummary; readonly tags: Tags }[]> {
  const cloudMap = await aws.servicediscovery();
  const { prefix } = makeNames(must(aws.owner.split('/')[1], 'owner'), aws.region);
  const Filters = [
    { Name: 'TYPE' as const, Values: ['DNS_PRIVATE'], Condition: 'EQ' as const },
    { Name: 'NAME' as const, Values: [prefix], Condition: 'BEGINS_WITH' as const },
  ];
  const list = await collect(
    cloudMap.paginateListNamespaces({ client: cloudMap.client }, { Filters }),
    (page) => page.Namespaces,
  );
  const tagged = await Promise.all(
    list.map(async (item) => {
      const { Tags } = await cloudMap.send(new cloudMap.ListTagsForResourceCommand({ ResourceARN: item.Arn }));
      return { item, tags: toTags(Tags) };
    }),
  );
  return tagged.filter(({ tags }) => isOurs(aws, tags));
}

/** A namespace that is being made is in no list yet. */
function unlisted(
  aws: Aws,
  name: string,
  wanted: LiveProps<NamespaceProps>,
  namespaceId: string | undefined,
): Observed<NamespaceProps, NamespaceOutputs> {
  const arn = `arn:${aws.partition}:servicediscovery:${aws.region}:${aws.accountId}:namespace/${namespaceId ?? ''}`;
  const namespaceArn = namespaceId === undefined ? undefined : arn;
  return { name, phase: 'pending', props: wanted, outputs: { namespaceId, namespaceArn, ...wanted } };
}

function toObserved(item: NamespaceSummary, tags: Tags, phase: Phase): Observed<NamespaceProps, NamespaceOutputs> {
  const { Name: namespaceName, Id: namespaceId, Arn: namespaceArn } = item;
  const vpcId = tags[VPC_TAG];
  return {
    name: nodeName('Namespace', tags) ?? must(namespaceName, 'Name'),
    phase,
    props: { namespaceName, vpcId },
    outputs: { namespaceId, namespaceArn, namespaceName, vpcId },
    tags,
    createdAt: item.CreateDate?.getTime(),
  };
}
