import type { Handle } from '../../engine/graph.ts';
import { format } from '../../engine/ref.ts';
import type { Declaration } from '../declaration.ts';
import type { Addresses } from './addresses.ts';
import { handover } from './handover.ts';
import { fronts } from './modes/mode.ts';
import { probe, type ProbeOutputs } from './probe.ts';
import type { IngressPart } from './ingress.ts';
import { declareRecords, movingNames } from './records.ts';
import type { Nodes, Standing } from './standing.ts';

interface Fresh {
  readonly addresses: Addresses;
  /** What answers in the wanted way. */
  readonly ready: Nodes;
}

/** What each half answers to anybody, signed in or not. */
export const ASKED = {
  registry: { path: '/health', expect: [200] },
  keycloak: { path: '/realms/master', expect: [200] },
};

/** While another way stands: asks the wanted one at its doors, before any name leads there. */
export function declareProbes(
  { graph }: Declaration,
  { wanted, old }: Standing,
  { addresses, ready }: Fresh,
): readonly Handle<ProbeOutputs>[] {
  if (old.length === 0) return [];
  return fronts.flatMap((front) => {
    const doors = addresses.doorsOf(wanted, front);
    return addresses.hostsOf(wanted, front).map((host, i) => {
      const url = i === 0 ? addresses.urlOf(wanted, front) : format`https://${host}`;
      const name = `${front}${i === 0 ? '' : '-cloudfront'}`;
      return graph.add(probe, name, { url, via: doors[i] ?? host, ...ASKED[front] }, { after: ready });
    });
  });
}

/** Leads names over when the services know the wanted way, and waits until nobody remembers the old one. */
export function declareHandover(
  declaration: Declaration,
  { standing, doors, led: made, told }: Pick<IngressPart, 'standing' | 'doors' | 'led' | 'told'>,
  services: Nodes,
): void {
  if (standing.old.length === 0) return;
  // Services that need no other address are ready at once: the wanted way has to answer all the same.
  const after = [...services, ...told.after];
  const led = [...made, ...declareRecords(declaration, movingNames(standing), doors, after)];
  declaration.graph.add(
    handover,
    'names',
    {
      records: led.map(({ record, target }) => ({ name: record.ref('name'), target, seen: record.ref('target') })),
    },
    { after: [...after, ...led.map(({ record }) => record)] },
  );
}
