import type { Role } from '@aws-sdk/client-iam';
import type { AwsKind } from '../../aws/aws.ts';
import { collect } from '../../aws/pages.ts';
import { must } from '../../engine/errors.ts';
import type { Observed } from '../../engine/kind.ts';
import { known } from '../../engine/ref.ts';

export interface ServiceLinkedRoleProps {
  readonly serviceName: string;
}

export interface ServiceLinkedRoleOutputs {
  readonly roleArn: string;
}

const PATH = '/aws-service-role/';

/** The role by which a service acts in an account. AWS makes it at first use, if the caller may; then that fails once. */
export const serviceLinkedRole: AwsKind<ServiceLinkedRoleProps, ServiceLinkedRoleOutputs> = {
  name: 'ServiceLinkedRole',
  scope: 'account',
  immutable: [],
  replace: 'refuse',
  identifies: ['roleArn'],
  takes: { create: 2 },
  actions: { read: ['iam:ListRoles'], write: ['iam:CreateServiceLinkedRole'] },

  async observe({ env: aws, nodes }) {
    const iam = await aws.iam();
    const pages = iam.paginateListRoles({ client: iam.client, pageSize: 1000 }, { PathPrefix: PATH });
    const roles = await collect(pages, (page) => page.Roles);
    return nodes.flatMap((node) => {
      const found = roles.find((role) => role.Path === `${PATH}${known<string>(node.props.serviceName) ?? ''}/`);
      return found === undefined ? [] : [toObserved(found, node.name)];
    });
  },

  async create({ env: aws, node }, props) {
    const iam = await aws.iam();
    const { Role } = await iam.send(new iam.CreateServiceLinkedRoleCommand({ AWSServiceName: props.serviceName }));
    return toObserved(must(Role, 'Role'), node.name);
  },
};

function toObserved(item: Role, name: string): Observed<ServiceLinkedRoleProps, ServiceLinkedRoleOutputs> {
  const [serviceName] = (item.Path ?? '').slice(PATH.length).split('/');
  return { name, phase: 'ready', props: { serviceName }, outputs: { roleArn: item.Arn } };
}
