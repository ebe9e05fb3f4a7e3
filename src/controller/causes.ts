import type { AnySession, Session } from './session.ts';
import type { Sight } from './look.ts';
import type { Graph } from '../engine/graph.ts';
import type { Observed } from '../engine/kind.ts';
import type { Step } from '../engine/step.ts';
import { liveOf } from '../engine/snapshot.ts';
import { versionsFor } from '../reconcilers/identity/supplied-versions.ts';
import { declare, kinds } from '../reconcilers/index.ts';
import { loadBalancer } from '../reconcilers/ingress/load-balancer.ts';
import { nextWays, waysOf } from '../reconcilers/ingress/ways.ts';
import { editsOf, type Edited } from '../spec/edits.ts';
import { gatewayIn, isSound } from '../spec/kept.ts';
import { locate } from '../spec/place.ts';
import { originOf } from '../state/applied.ts';
import { causesOf, type Causes, type Asked, type Trial } from '../state/causes.ts';
import { readManifest } from '../state/manifest.ts';

/** A line of a manifest, and what was edited there. */
export interface Line {
  /** A JSON pointer: `/spec/services/auth/cpu`. */
  readonly path: string;
  /** As the manifest was named; or the base that the value stands in. */
  readonly file: string;
  /** From 1. Of what stands around it, when the value was taken away. */
  readonly line: number;
}

export type Lines = Causes<Line>;

type Known = Pick<Session, 'kept' | 'source' | 'store' | 'supplied'>;
type Seen = Pick<Sight, 'plan' | 'snapshot' | 'applied'>;

/** Each is tried by declaring everything again, which takes some 10 ms. */
const MOST_EDITS = 40;

/**
 * Finds the lines of the manifest that steps and changes come from, as far as it was edited since it was last carried
 * out. Where that is not known, or was too much, there are none. Does not throw.
 */
export async function linesOf(session: AnySession | Known, sight: Seen): Promise<Lines> {
  const { plan } = sight;
  if (plan.steps.length === 0 || !('supplied' in session)) return new Map();
  try {
    const before = await readManifest(session.store);
    return before === undefined ? new Map() : explained(session, sight, before);
  } catch {
    // A state that cannot be used, or one that another version left: the look has told of the first.
    return new Map();
  }
}

function explained(session: Known, sight: Seen, before: unknown): Lines {
  const { kept: now } = session;
  const edits = editsOf(before, now);
  if (edits.length === 0 || edits.filter(isSmallest).length > MOST_EDITS) return new Map();
  const asked = { before: askedBy(session, sight, before), now: askedBy(session, sight, now) };
  const found = causesOf(
    sight.plan.steps.flatMap((step) => causable(step, sight)),
    kinds,
    asked,
    trialsOf(session, sight, edits),
  );
  return new Map([...found].map(([of, its]) => [of, its.filter(isSmallest).map((edit) => lineOf(session, edit))]));
}

/** A step without what somebody did outside: no line asks for that. */
function causable(step: Step, { applied }: Seen): readonly Step[] {
  if (step.action === 'create') return step.node in applied ? [] : [step];
  if (step.action === 'delete') return [step];
  return [{ ...step, changes: step.changes.filter((change) => originOf(applied, step, change) !== 'outside') }];
}

function* trialsOf(session: Known, sight: Seen, edits: readonly Edited[]): Generator<Trial<Edited>> {
  for (const edit of edits) {
    const without = edit.without();
    const asked = attempt(() => askedBy(session, sight, without));
    if (asked !== undefined) yield { edit, how: 'without', asked };
    if (asked !== undefined && isSound(without)) continue;
    // One half of what belongs together may say nothing by itself, where the other half does.
    const alone = attempt(() => askedBy(session, sight, edit.alone()));
    if (alone !== undefined) yield { edit, how: 'alone', asked: alone };
  }
}

/** What a manifest would ask for, where the same ways in stand and the same values are supplied. */
function askedBy({ kept, supplied }: Known, { snapshot }: Seen, data: unknown): Asked {
  const [gateway, own] = [gatewayIn(data), gatewayIn(kept)];
  if (gateway === undefined || own === undefined) throw new Error('this is no manifest');
  const versions = versionsFor(gateway, own, supplied);
  const graphOf = (standing: readonly Observed[]): Graph => declare(gateway, versions, waysOf(gateway, standing)).graph;
  const standing = liveOf(snapshot, loadBalancer.name);
  const graph = graphOf(standing);
  return { graph, end: nextWays(waysOf(gateway, standing)) === undefined ? graph : graphOf([]) };
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}

/** What came or went as a whole says less than what changed in it. */
const isSmallest = ({ path }: Edited, _: number, all: readonly Edited[]): boolean =>
  !all.some((other) => other.path.startsWith(`${path}/`));

function lineOf({ source: { file, places } }: Known, { path }: Edited): Line {
  const place = locate(places, path);
  return { path, file: place.file ?? file, line: place.line };
}
