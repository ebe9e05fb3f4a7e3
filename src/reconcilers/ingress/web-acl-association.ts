import type { AwsKind } from '../../aws/aws.ts';
import { ignoreGone } from '../../aws/errors.ts';
import { idOf, type Observed } from '../../engine/kind.ts';
import { means } from './elb-tags.ts';
import { loadBalancer } from './load-balancer.ts';
import { webAcl } from './web-acl.ts';

/** A firewall stands before a load balancer. Each may have one; what it had before gives way. */
export interface WebAclAssociationProps {
  readonly loadBalancerArn: string;
  readonly webAclArn: string;
}

export interface WebAclAssociationOutputs {
  readonly loadBalancerArn: string;
}

export const webAclAssociation: AwsKind<WebAclAssociationProps, WebAclAssociationOutputs> = {
  name: 'WebAclAssociation',
  immutable: ['loadBalancerArn'],
  replace: 'new-first',
  identifies: [],
  identity: ['loadBalancerArn'],
  takes: { create: 5, delete: 5 },
  actions: {
    read: ['wafv2:ListResourcesForWebACL'],
    write: ['wafv2:AssociateWebACL', 'wafv2:DisassociateWebACL'],
    implied: ['elasticloadbalancing:SetWebAcl', 'wafv2:GetWebACL', 'wafv2:GetWebACLForResource'],
  },

  async observe({ env: aws, nodes, live }) {
    const waf = await aws.wafv2();
    const balancers = new Map((await live(loadBalancer)).map((item) => [item.outputs.loadBalancerArn, item.name]));
    const found = (await live(webAcl)).map(async ({ name: acl, outputs: { webAclArn } }) => {
      const ResourceType = 'APPLICATION_LOAD_BALANCER';
      const { ResourceArns = [] } = await waf.send(
        new waf.ListResourcesForWebACLCommand({ WebACLArn: webAclArn, ResourceType }),
      );
      return ResourceArns.flatMap((loadBalancerArn) => {
        const balancer = balancers.get(loadBalancerArn);
        // Before somebody else's it stands by their wish.
        if (balancer === undefined) return [];
        const behind = idOf('LoadBalancer', balancer);
        const node = nodes.find(({ props }) => means(props.loadBalancerArn, behind, loadBalancerArn));
        return [toObserved(node?.name ?? `${acl}/${balancer}`, { loadBalancerArn, webAclArn })];
      });
    });
    return (await Promise.all(found)).flat();
  },

  async create({ env: aws, node }, props) {
    const waf = await aws.wafv2();
    const { loadBalancerArn: ResourceArn, webAclArn: WebACLArn } = props;
    await waf.send(new waf.AssociateWebACLCommand({ ResourceArn, WebACLArn }));
    return toObserved(node.name, props);
  },

  async update({ env: aws }, _live, { loadBalancerArn: ResourceArn, webAclArn: WebACLArn }) {
    const waf = await aws.wafv2();
    await waf.send(new waf.AssociateWebACLCommand({ ResourceArn, WebACLArn }));
  },

  async delete({ env: aws }, live) {
    const waf = await aws.wafv2();
    await ignoreGone(waf.send(new waf.DisassociateWebACLCommand({ ResourceArn: live.outputs.loadBalancerArn })));
  },
};

const toObserved = (
  name: string,
  props: { readonly loadBalancerArn: string; readonly webAclArn: string | undefined },
): Observed<WebAclAssociationProps, WebAclAssociationOutputs> => ({
  name,
  phase: 'ready',
  props,
  outputs: { loadBalancerArn: props.loadBalancerArn },
});
