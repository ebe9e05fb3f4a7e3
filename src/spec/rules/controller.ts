import { parseCidr, subnet } from '../cidr.ts';
import type { Controller } from '../controller.ts';
import { child } from '../place.ts';
import type { Finding } from '../problem.ts';
import { checkAccess } from './access.ts';
import { checkTags } from './names.ts';
import { checkRange } from './network.ts';
import { secretInTheOpen } from './services.ts';

/** Variables that follow from other fields. */
const SET = new Map([
  ['AWS_REGION', 'spec.region'],
  ['MCPGW_STATE', 'the bucket that is made for it'],
  ['MCPGW_NOTIFY_TOPIC', 'spec.topic'],
]);

/** Finds what no single field of a controller's manifest can show. */
export const controllerRules = (controller: Controller): readonly Finding[] => [
  ...checkAccess(controller),
  ...checkSource(controller),
  ...checkNetwork(controller),
  ...checkVariables(controller),
  ...checkTags(controller.tags),
];

const checkSource = ({ source }: Controller): readonly Finding[] =>
  source.branch === undefined || source.tag === undefined
    ? []
    : [{ at: '/spec/source/tag', message: 'goes not with branch', suggestion: 'keep one of them' }];

function checkNetwork({ network }: Controller): readonly Finding[] {
  if (!('cidr' in network)) return [];
  const at = '/spec/network/cidr';
  const wrong = checkRange(at, network.cidr);
  const cidr = parseCidr(network.cidr);
  if (cidr === undefined || wrong.length > 0) return wrong;
  // AWS keeps five addresses of each subnet, and has none smaller than this.
  if (subnet(cidr, 2, 0).prefix <= 28) return [];
  return [{ at, message: `a /${cidr.prefix} has no room for subnets`, suggestion: 'use /26 or larger' }];
}

function checkVariables({ environment, secrets, region }: Controller): readonly Finding[] {
  const named = [
    ...Object.keys(environment).map(placeIn('environment')),
    ...Object.keys(secrets).map(placeIn('secrets')),
  ];
  const doubled = Object.keys(secrets).filter((name) => name in environment);
  return [
    ...named.flatMap(({ at, name }): readonly Finding[] =>
      SET.has(name) ? [{ at, message: `${name} follows from ${SET.get(name)}`, suggestion: 'leave it out' }] : [],
    ),
    ...doubled.map((name) => ({
      at: child('/spec/secrets', name),
      message: `${name} is among spec.environment too`,
      suggestion: 'keep one of them',
    })),
    ...Object.keys(environment).flatMap((name) => secretInTheOpen(child('/spec/environment', name), name)),
    ...Object.entries(secrets).flatMap(([name, arn]): readonly Finding[] => {
      const there = arn.split(':')[3];
      if (there === region) return [];
      const message = `the secret is in ${there}, the controller in ${region}`;
      return [
        { at: child('/spec/secrets', name), message, suggestion: 'replicate it to the region of the controller' },
      ];
    }),
  ];
}

const placeIn = (group: string) => (name: string) => ({ name, at: child(`/spec/${group}`, name) });
