import { isRef, resolve, type Input } from '../../engine/ref.ts';
import type { Addresses } from './addresses.ts';
import { fronts } from './modes/mode.ts';
import { modes } from './modes/modes.ts';
import { movingNames } from './records.ts';
import type { Standing } from './standing.ts';
import type { Variant } from './ways.ts';

/** What a switch between ways in means to people. */
export interface Switch {
  readonly from: readonly Variant[];
  readonly to: Variant;
  /** Host names that lead elsewhere afterwards. */
  readonly moves: readonly string[];
  /** Host names that answer from then on. */
  readonly begins: readonly Input<string>[];
  /** Host names that no longer answer afterwards. */
  readonly ends: readonly Input<string>[];
  /** Keycloak signs under another name: whoever is signed in has to do it again. */
  readonly signInAgain: boolean;
  /** What nobody public needs and yet stops for a moment. */
  readonly interrupts: readonly string[];
}

/** Undefined when there is nothing to switch. */
export function switchOf(standing: Standing, addresses: Addresses): Switch | undefined {
  const { wanted, old } = standing;
  const [first] = old;
  if (first === undefined) return undefined;
  const known = (ways: typeof old): readonly Input<string>[] =>
    ways.flatMap((way) => fronts.flatMap((front) => addresses.hostsOf(way, front)));
  const after = texts(known([wanted]));
  const before = texts(known(old));
  const ports = modes[first.variant].authProtocol !== modes[wanted.variant].authProtocol;
  return {
    from: old.map((way) => way.variant),
    to: wanted.variant,
    moves: movingNames(standing).map(({ host }) => host),
    begins: known([wanted]).filter((host) => !before.has(JSON.stringify(host))),
    ends: known(old).filter((host) => !after.has(JSON.stringify(host))),
    signInAgain: old.some((way) => text(addresses.urlOf(way, 'keycloak')) !== text(addresses.keycloakUrl)),
    interrupts: ports ? ["port 8888 of the registry's load balancer, which changes its protocol at the end"] : [],
  };
}

const text = (value: unknown): string => JSON.stringify(value);
const texts = (values: readonly unknown[]): ReadonlySet<string> => new Set(values.map(text));

/** The host names that are known by now; `valueOf` knows what live things are called. */
export const hostsIn = (
  hosts: readonly Input<string>[],
  valueOf: Parameters<typeof resolve>[1],
): readonly (string | undefined)[] =>
  hosts.map((host) => {
    const found = resolve(host, valueOf);
    return isRef(found) || typeof found !== 'string' ? undefined : found;
  });
