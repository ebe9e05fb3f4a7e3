import { randomBytes } from 'node:crypto';
import { fieldsOf, withHash } from './diff.ts';
import { stalled } from './errors.ts';
import { shortHash, type Graph } from './graph.ts';
import type { Act, AnyKind, Observed, Tags } from './kind.ts';
import type { Step } from './step.ts';
import { openSecrets, type SecretRef } from './ref.ts';
import type { Secret } from './secret.ts';
import { liveOf, type Snapshot } from './snapshot.ts';

export interface ApplyInput<Env> {
  readonly env: Env;
  readonly graph: Graph;
  readonly kind: AnyKind;
  readonly snapshot: Snapshot;
  readonly openSecret: (ref: SecretRef) => Promise<Secret>;
}

/** What a step did: what the thing should be now, and whether the same verb has a further stage. */
export interface Applied {
  readonly live: Observed;
  readonly props: Readonly<Record<string, unknown>>;
  readonly tags: Tags;
  readonly again: boolean;
}

/** Makes the call of one step. Waits for nothing. */
export async function applyStep<Env>(step: Step, input: ApplyInput<Env>): Promise<Applied> {
  const { kind, env } = input;
  const name = step.node.slice(step.kind.length + 1);
  const act: Act<Env> = {
    env,
    node: { id: step.node, name, tags: step.tags },
    token: randomBytes(16).toString('hex'),
    live: (other) => liveOf(input.snapshot, other.name) as never,
  };
  if (step.verb === 'create') {
    if (kind.create === undefined) throw stalled('CannotCreate', `${step.node} cannot be created`);
    const props = await openSecrets(named(step, kind, input.graph), input.openSecret);
    const live = await kind.create(act, props);
    return { live: { ...live, name }, props: {}, tags: {}, again: false };
  }
  const live = step.live;
  if (live === undefined) throw new Error(`${step.verb} of ${step.node}, which does not live`);
  if (step.verb === 'delete') {
    const more = await kind.delete?.(act, live);
    return { live, props: {}, tags: {}, again: more === 'again' };
  }
  if (step.verb === 'restore') {
    await kind.restore?.(act, live);
    return { live: { ...live, phase: 'pending' }, props: {}, tags: {}, again: false };
  }
  return update(step, input, act, live);
}

async function update<Env>(step: Step, input: ApplyInput<Env>, act: Act<Env>, live: Observed): Promise<Applied> {
  const { kind } = input;
  const fields = new Set([...fieldsOf(step.changes)].filter((field) => field in step.props));
  const tags = Object.fromEntries(
    step.changes
      .filter((change) => change.path.startsWith('/tags/'))
      .map((change) => [change.path.slice('/tags/'.length), String(change.to)]),
  );
  if (fields.size > 0) {
    if (kind.update === undefined)
      throw stalled('CannotUpdate', `${[...fields].join(', ')} of ${step.node} cannot be changed`);
    const props = await openSecrets(step.props, input.openSecret);
    await kind.update(act, live, props, fields);
  }
  if (Object.keys(tags).length > 0) await kind.retag?.(act, live, tags);
  const props = Object.fromEntries([...fields].map((field) => [field, step.props[field]]));
  const phase = live.phase === 'failed' ? 'pending' : live.phase;
  const now = { ...live, phase, props: { ...live.props, ...props }, tags: { ...live.tags, ...tags } };
  return { live: now, props, tags, again: false };
}

/** A replacement stands beside the old thing under a name of its own. */
function named(step: Step, kind: AnyKind, graph: Graph): Readonly<Record<string, unknown>> {
  const unique = kind.unique;
  if (step.action !== 'replace' || unique === undefined) return step.props;
  const name = String(step.props[unique.field]);
  const declared = graph.nodes.get(step.node)?.props ?? step.props;
  const hashed = withHash(name, shortHash(declared), unique.limit);
  // When the old thing holds that very name, the plain one is free.
  return { ...step.props, [unique.field]: step.live?.props[unique.field] === hashed ? name : hashed };
}
