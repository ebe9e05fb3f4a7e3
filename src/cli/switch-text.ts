import type { Wish } from '../reconcilers/index.ts';
import type { Sight } from '../controller/look.ts';
import type { Plan } from '../engine/plan.ts';
import { hostsIn, type Switch } from '../reconcilers/ingress/switch-summary.ts';
import { wrap } from './layout.ts';
import type { Terminal } from './terminal.ts';
import { list } from '../words.ts';

/** What a switch of the ways in comes to, before its single steps. */
export function switchText({ declared, plan }: Sight<Wish>, { columns }: Terminal): readonly string[] {
  const { change } = declared;
  if (change === undefined) return [];
  const { from, to, moves, signInAgain, interrupts } = change;
  const named = (hosts: typeof change.ends): string =>
    list(namesOf(hosts, plan).map((host) => host ?? 'a name that CloudFront will give'));
  const lines = [
    ['built', `the way in "${to}", beside what stands; both are served until the end`],
    ['asked', 'it has to answer before any name leads there, and before a service is told of it'],
    ['told', 'registry, auth server and Keycloak are deployed twice, one task after the other'],
    ...(change.begins.length > 0 ? [['begins', named(change.begins)]] : []),
    ...(moves.length > 0 ? [['moves', `${list(moves)}, when all of this stands`]] : []),
    ...(change.ends.length > 0 ? [['ends', `${named(change.ends)}, last of all`]] : []),
    ...(signInAgain ? [['sign-in', 'Keycloak gets another name: whoever is signed in has to sign in again']] : []),
    ['back', 'until names have moved, put the manifest back and apply'],
  ];
  const outage = interrupts.length === 0 ? 'no outage' : `no outage but of ${list(interrupts)}`;
  return [
    wrap(`Switch from ${list(from)} to ${to}: ${outage}.`, columns),
    ...lines.map(([what = '', said = '']) => wrap(`  ${what.padEnd(8)} ${said}`, columns, 11)),
    '',
  ];
}

/** The same for programs; a name that nobody knows yet is null. */
export function switchJson({ declared, plan }: Sight<Wish>): object {
  const { change } = declared;
  if (change === undefined) return {};
  const names = (hosts: Switch['ends']): readonly (string | null)[] => namesOf(hosts, plan).map((host) => host ?? null);
  return { switch: { ...change, begins: names(change.begins), ends: names(change.ends) } };
}

const namesOf = (hosts: Switch['ends'], plan: Plan): readonly (string | undefined)[] =>
  hostsIn(hosts, ({ $ref, output }) => plan.states.get($ref)?.live?.outputs[output]);
