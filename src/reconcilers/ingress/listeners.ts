import type { Handle } from '../../engine/graph.ts';
import type { Input } from '../../engine/ref.ts';
import type { TargetName } from '../../spec/releases/release.ts';
import type { Declaration } from '../declaration.ts';
import type { Certificates } from './certificates.ts';
import type { ListenerAction } from './listener-action.ts';
import { listenerRule, type ListenerRuleOutputs } from './listener-rule.ts';
import { listener, type ListenerOutputs } from './listener.ts';
import type { LoadBalancers } from './load-balancers.ts';
import type { Front } from './modes/mode.ts';
import { modes } from './modes/modes.ts';
import { FROM_CLOUDFRONT } from './origins.ts';
import type { Standing } from './standing.ts';
import type { TargetGroupOutputs } from './target-group.ts';
import type { TargetGroups } from './target-groups.ts';

/** What sends to each target group. */
export type Listeners = Readonly<
  Record<Exclude<TargetName, 'grafana'>, readonly Handle<ListenerOutputs>[]> & {
    grafana: readonly Handle<ListenerRuleOutputs>[];
  }
>;

interface Behind {
  readonly loadBalancers: LoadBalancers;
  readonly targetGroups: TargetGroups;
  readonly certificates: Certificates;
}

const SSL_POLICIES = {
  'TLSv1.2': 'ELBSecurityPolicy-TLS13-1-2-2021-06',
  'TLSv1.3': 'ELBSecurityPolicy-TLS13-1-3-2021-06',
} as const;

/** Every port of both load balancers. */
export function declareListeners({ graph, gateway }: Declaration, standing: Standing, behind: Behind): Listeners {
  const { wanted, old, all, first } = standing;
  const { loadBalancers, targetGroups, certificates } = behind;
  const listen = (
    on: Front,
    port: number,
    protocol: 'HTTP' | 'HTTPS',
    action: Input<ListenerAction>,
  ): Handle<ListenerOutputs> => {
    const certificate = protocol === 'HTTPS' ? certificates.regional[on] : undefined;
    const props = {
      loadBalancerArn: loadBalancers[on].ref('loadBalancerArn'),
      port,
      protocol,
      action,
      ...(certificate !== undefined && {
        certificateArn: certificate.ref('certificateArn', { when: 'ready' }),
        sslPolicy: SSL_POLICIES[gateway.ingress.minimumTls],
      }),
    };
    return graph.add(listener, `${on}-${port}`, props, { after: port === 443 ? first : [] });
  };
  const secure = (front: Front): boolean => all.some(({ variant }) => modes[variant].https.includes(front));
  // While two ways stand, plain HTTP has to lead through for both.
  const redirects = (front: Front): boolean => old.length === 0 && modes[wanted.variant].redirects.includes(front);
  const open = (front: Front, target: Handle<TargetGroupOutputs>): readonly Handle<ListenerOutputs>[] => [
    listen(front, 80, 'HTTP', redirects(front) ? TO_HTTPS : forwardTo(target)),
    ...(secure(front) ? [listen(front, 443, 'HTTPS', forwardTo(target))] : []),
  ];

  const registry = open('registry', targetGroups.registry);
  const keycloak = open('keycloak', targetGroups.keycloak);
  const through = all.some(({ variant }) => modes[variant].redirects.includes('registry'));
  const [plain] = registry;
  if (through && plain !== undefined)
    graph.add(listenerRule, 'registry-80-from-cloudfront', {
      listenerArn: plain.ref('listenerArn'),
      priority: 10,
      paths: null,
      header: { name: FROM_CLOUDFRONT, values: ['https'] },
      action: forwardTo(targetGroups.registry),
    });
  // Nothing public needs this port: it changes its protocol when nobody can know the old way any more.
  const { authProtocol } = modes[(old[0] ?? wanted).variant];
  const { grafana } = targetGroups;
  return {
    registry,
    auth: [listen('registry', 8888, authProtocol, forwardTo(targetGroups.auth))],
    gradio: [listen('registry', 7860, 'HTTP', forwardTo(targetGroups.gradio))],
    keycloak,
    grafana:
      grafana === undefined
        ? []
        : registry.map((on) =>
            graph.add(listenerRule, `${on.id.split('/')[1] ?? ''}-grafana`, {
              listenerArn: on.ref('listenerArn'),
              priority: 15,
              paths: ['/grafana', '/grafana/*'],
              header: on === plain && redirects('registry') ? { name: FROM_CLOUDFRONT, values: ['https'] } : null,
              action: forwardTo(grafana),
            }),
          ),
  };
}

const TO_HTTPS: ListenerAction = { type: 'redirect', protocol: 'HTTPS', port: '443' };

const forwardTo = (target: Handle<TargetGroupOutputs>): Input<ListenerAction> => ({
  type: 'forward' as const,
  targetGroupArn: target.ref('targetGroupArn'),
});
