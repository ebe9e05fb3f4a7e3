import type { Change } from './diff.ts';
import { needs, type Node } from './graph.ts';
import type { AnyKind } from './kind.ts';
import { refsOf, type NodeId, type Ref } from './ref.ts';
import type { NodePhase, NodeState } from './step.ts';

/** What a node waits for, and what of it will not come in this run. */
export interface Waits {
  readonly waitsFor: readonly NodeId[];
  readonly blockedBy: readonly NodeId[];
}

const HOPELESS: ReadonlySet<NodePhase> = new Set(['stalled', 'unknown', 'blocked']);

export const isHopeless = (state: NodeState | undefined): boolean => HOPELESS.has(state?.phase ?? 'unknown');

/** What becomes of the nodes that were compared so far, and what follows from it for those that need them. */
export class Consequences {
  readonly states = new Map<NodeId, NodeState>();
  /** Nodes of which a new thing is to be made, with those whose replacement made it so. */
  readonly #replaced = new Map<NodeId, readonly NodeId[]>();
  /** The outputs that an update gives another value. */
  readonly #moved = new Map<NodeId, readonly string[]>();
  /** Nodes that will not become what is wanted of them: nothing new is made for them. */
  readonly #lost = new Map<NodeId, 'refused' | 'stalled' | 'blocked'>();
  readonly #frozen: ReadonlyMap<NodeId, string>;

  /** @param frozen replaced nodes that must stay as they are, with the reason */
  constructor(frozen: ReadonlyMap<NodeId, string>) {
    this.#frozen = frozen;
  }

  /** The value as it stays; undefined while there is none, or when another one is to come. */
  valueOf({ $ref, output }: Ref): unknown {
    const isOpen = this.#replaced.has($ref) || this.#moved.get($ref)?.includes(output) === true;
    return isOpen ? undefined : this.states.get($ref)?.live?.outputs[output];
  }

  noteReplaced(id: NodeId, causes: readonly NodeId[] = []): void {
    this.#replaced.set(id, [id, ...causes]);
  }

  noteMoved(id: NodeId, outputs: readonly string[]): void {
    this.#moved.set(id, outputs);
  }

  noteLost(id: NodeId, how: 'refused' | 'stalled' | 'blocked'): void {
    this.#lost.set(id, how);
  }

  isLost(id: NodeId): boolean {
    return this.#lost.has(id);
  }

  /** The replaced nodes that these changes follow. */
  causesOf(changes: readonly Change[]): readonly NodeId[] {
    const refs = changes.flatMap((change) => refsOf(change.to));
    return [...new Set(refs.flatMap((ref) => this.#replaced.get(ref.$ref) ?? []))];
  }

  /** Why no new thing is made of a node that lives. */
  refusalOf(node: Node, kind: AnyKind): string | undefined {
    const frozen = this.#frozen.get(node.id);
    if (frozen !== undefined) return frozen;
    if (kind.replace === 'refuse') return kind.refusal ?? 'it holds data and cannot be replaced';
    const lost = needs(node).find((id) => this.#lost.has(id) && node.behind?.includes(id) !== true);
    return lost === undefined ? undefined : `it needs ${lost}, which is ${this.#lost.get(lost) ?? ''}`;
  }

  /**
   * @param open props and tags with what is known filled in
   * @param isNew it does not live yet: then what is lost holds it up even where its values are known
   */
  waitsOf(node: Node, open: unknown, isNew: boolean): Waits {
    const ready = new Set([
      ...node.after,
      ...refsOf(node.props)
        .filter((ref) => ref.when === 'ready')
        .map((ref) => ref.$ref),
    ]);
    const behind = new Set(node.behind);
    const unresolved = new Set(refsOf(open).map((ref) => ref.$ref));
    const isReady = (id: NodeId): boolean => this.states.get(id)?.phase === 'ready' && !this.#replaced.has(id);
    const isFailed = (id: NodeId): boolean => this.states.get(id)?.live?.phase === 'failed';
    const isLost = (id: NodeId): boolean => isNew && this.#lost.has(id) && !behind.has(id);
    const isHeldBy = (id: NodeId): boolean =>
      unresolved.has(id) || isLost(id) || isFailed(id) || (ready.has(id) && !isReady(id));
    const isBehind = (id: NodeId): boolean => behind.has(id) && !isReady(id) && !isHopeless(this.states.get(id));
    const waitsFor = needs(node).filter((id) => isHeldBy(id) || isBehind(id));
    return { waitsFor, blockedBy: waitsFor.filter((id) => isHeldBy(id) && isHopeless(this.states.get(id))) };
  }
}
