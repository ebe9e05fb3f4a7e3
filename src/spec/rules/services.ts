import { serviceNames, type Service, type ServiceName } from '../gateway.ts';
import { child } from '../place.ts';
import type { Finding } from '../problem.ts';
import { line } from '../releases/1.0.ts';
import type { Rule } from './rule.ts';

const GiB = 1024;

interface Memory {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** Which memory Fargate has for which CPU; 256 knows 512 MiB besides. */
const memoryFor: ReadonlyMap<number, Memory> = new Map([
  [256, { from: GiB, to: 2 * GiB, step: GiB }],
  [512, { from: GiB, to: 4 * GiB, step: GiB }],
  [1024, { from: 2 * GiB, to: 8 * GiB, step: GiB }],
  [2048, { from: 4 * GiB, to: 16 * GiB, step: GiB }],
  [4096, { from: 8 * GiB, to: 30 * GiB, step: GiB }],
  [8192, { from: 16 * GiB, to: 60 * GiB, step: 4 * GiB }],
  [16384, { from: 32 * GiB, to: 120 * GiB, step: 8 * GiB }],
]);

/** Variables that a service gets as secrets; ECS refuses a name that stands among both. */
const secretsOf = (name: ServiceName): readonly string[] =>
  Object.keys(line.services[name].containers[0]?.secrets ?? {});

export const serviceRules: Rule = ({ gateway, said }) =>
  serviceNames.flatMap((name) => {
    const at = `/spec/services/${name}`;
    if (said(at) === undefined) return [];
    const service = gateway.services[name];
    return [
      ...sizeRule(at, service),
      ...scalingRules(at, service),
      ...environmentRules(at, service, secretsOf(name)),
      ...idleRule(at, name, gateway.observability.enabled),
    ];
  });

function sizeRule(at: string, { cpu, memory }: Service): readonly Finding[] {
  const range = memoryFor.get(cpu);
  if (range === undefined || (cpu === 256 && memory === GiB / 2)) return [];
  const { from, to, step } = range;
  if (memory >= from && memory <= to && memory % step === 0) return [];
  const least = cpu === 256 ? `${GiB / 2}, ${from}` : String(from);
  const inSteps = memory >= from && memory <= to ? ` in steps of ${step}` : '';
  const near = Math.min(to, Math.max(from, Math.ceil(memory / step) * step));
  return [
    {
      at,
      message: `cpu ${cpu} goes with ${least} to ${to} MiB of memory${inSteps} on Fargate; got ${memory}`,
      suggestion: `write memory: ${near}`,
      concerns: [`${at}/cpu`, `${at}/memory`],
    },
  ];
}

function scalingRules(at: string, { replicas, autoscaling }: Service): readonly Finding[] {
  const { enabled, min, max } = autoscaling;
  if (!enabled) return [];
  const concerns = ['enabled', 'min', 'max'].map((field) => `${at}/autoscaling/${field}`);
  if (min > max) {
    return [
      { at: `${at}/autoscaling/min`, message: `the fewest tasks, ${min}, are more than the most, ${max}`, concerns },
    ];
  }
  if (replicas >= min && replicas <= max) return [];
  return [
    {
      at: `${at}/replicas`,
      message: `${replicas} is outside of autoscaling, ${min} to ${max}, which would move it at once`,
      suggestion: replicas > max ? 'raise autoscaling.max or turn autoscaling off' : `write replicas: ${min}`,
      concerns,
    },
  ];
}

function environmentRules(at: string, { environment }: Service, secrets: readonly string[]): readonly Finding[] {
  return Object.keys(environment).flatMap((name): readonly Finding[] => {
    const place = child(`${at}/environment`, name);
    if (secrets.includes(name)) {
      return [{ at: place, message: `${name} is a secret that the controller sets`, suggestion: 'leave it out' }];
    }
    return secretInTheOpen(place, name);
  });
}

/** A variable that should not stand among those that everybody may read. */
export function secretInTheOpen(at: string, name: string): readonly Finding[] {
  if (!/PASSWORD|SECRET|TOKEN$|API_KEY|PRIVATE_KEY/i.test(name)) return [];
  const message = `${name} looks like a secret, and everyone who may see the task definition can read it`;
  return [{ at, message, severity: 'warning' }];
}

function idleRule(at: string, name: ServiceName, observed: boolean): readonly Finding[] {
  if (observed || (name !== 'metrics' && name !== 'grafana')) return [];
  const message = 'has no effect while spec.observability.enabled is false';
  return [{ at, message, severity: 'warning', concerns: ['/spec/observability/enabled'] }];
}
