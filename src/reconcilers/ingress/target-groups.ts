import { must } from '../../engine/errors.ts';
import type { Handle } from '../../engine/graph.ts';
import { lines } from '../../spec/releases/lines.ts';
import type { TargetName } from '../../spec/releases/release.ts';
import type { Declaration } from '../declaration.ts';
import type { NetworkPart } from '../network/network.ts';
import { targetGroup, type TargetGroupOutputs } from './target-group.ts';

type AlwaysThere = Exclude<TargetName, 'grafana'>;

export type TargetGroups = Readonly<Record<AlwaysThere, Handle<TargetGroupOutputs>>> & {
  readonly grafana?: Handle<TargetGroupOutputs>;
};

export function declareTargetGroups({ graph, gateway, names }: Declaration, { vpcId }: NetworkPart): TargetGroups {
  const line = must(lines[gateway.release], `release ${gateway.release}`);
  const add = (target: TargetName): Handle<TargetGroupOutputs> => {
    const name = names.targetGroup(target);
    return graph.add(targetGroup, target, { name, vpcId, ...line.targetGroups[target] }, { title: name });
  };
  return {
    registry: add('registry'),
    auth: add('auth'),
    gradio: add('gradio'),
    keycloak: add('keycloak'),
    ...(gateway.observability.enabled && { grafana: add('grafana') }),
  };
}
