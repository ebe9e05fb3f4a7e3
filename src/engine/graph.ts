import { createHash } from 'node:crypto';
import { idOf, type Kind, type Tags } from './kind.ts';
import { refsOf, type Input, type NodeId, type Ref } from './ref.ts';

/** Marks of ownership on every live thing that can carry tags. */
export const OWNER_TAG = 'mcpgw:gateway';
export const NODE_TAG = 'mcpgw:node';

/** Something that should be. Plain JSON. */
export interface Node {
  readonly id: NodeId;
  readonly kind: string;
  readonly name: string;
  readonly props: Readonly<Record<string, unknown>>;
  readonly tags: Readonly<Record<string, Input<string>>>;
  /** Nodes that must be ready first, besides those that the props refer to. */
  readonly after: readonly NodeId[];
  /** Nodes that go first if they can: what cannot come does not hold this one up. */
  readonly behind?: readonly NodeId[];
  /** Earlier names: a live thing that carries one is retagged, never made again. */
  readonly formerly: readonly string[];
}

/** All that should be, in an order where everything comes after what it needs. */
export interface Graph {
  readonly owner: string;
  readonly nodes: ReadonlyMap<NodeId, Node>;
}

export interface Handle<Outputs> {
  readonly id: NodeId;
  ref<K extends keyof Outputs & string>(output: K, options?: { readonly when: 'ready' }): Ref<Outputs[K]>;
}

export interface NodeOptions {
  readonly after?: readonly { readonly id: NodeId }[];
  /** Goes first if it can: what cannot come does not hold this one up. */
  readonly behind?: readonly { readonly id: NodeId }[];
  readonly formerly?: readonly string[];
  /** What the tag `Name` says; the node's name with the gateway's before it by default. */
  readonly title?: Input<string>;
  /** Beside those that every thing of the gateway has. */
  readonly tags?: Tags;
}

/** Collects the nodes of one gateway. */
export class GraphBuilder {
  readonly #nodes = new Map<NodeId, Node>();
  readonly owner: string;
  readonly #tags: Tags;

  /** @param owner `<region>/<name>`; @param tags what every thing carries besides the marks of ownership */
  constructor(owner: string, tags: Tags = {}) {
    this.owner = owner;
    this.#tags = tags;
  }

  add<Props, Outputs, Env>(
    kind: Kind<Props, Outputs, Env>,
    name: string,
    props: { readonly [K in keyof Props]: Input<Props[K]> },
    options: NodeOptions = {},
  ): Handle<Outputs> {
    const id = idOf(kind.name, name);
    if (this.#nodes.has(id)) throw new Error(`${id} is declared twice`);
    const title = options.title ?? `${this.owner.split('/')[1] ?? ''}-${name}`;
    this.#nodes.set(id, {
      id,
      kind: kind.name,
      name,
      props,
      tags: { ...this.#tags, ...options.tags, Name: title, [OWNER_TAG]: this.owner, [NODE_TAG]: id },
      after: (options.after ?? []).map((handle) => handle.id),
      behind: (options.behind ?? []).map((handle) => handle.id),
      formerly: options.formerly ?? [],
    });
    return {
      id,
      ref: (output, wanted) => ({ $ref: id, output, ...wanted }),
    };
  }

  build(): Graph {
    return { owner: this.owner, nodes: sorted(this.#nodes) };
  }
}

/** The nodes that come before this one. */
export function needs(node: Node): readonly NodeId[] {
  return [
    ...new Set([...refsOf([node.props, node.tags]).map((ref) => ref.$ref), ...node.after, ...(node.behind ?? [])]),
  ];
}

function sorted(nodes: ReadonlyMap<NodeId, Node>): ReadonlyMap<NodeId, Node> {
  const done = new Map<NodeId, Node>();
  const open = new Set<NodeId>();
  const visit = (id: NodeId, from: NodeId): void => {
    if (done.has(id)) return;
    const node = nodes.get(id);
    if (node === undefined) throw new Error(`${from} refers to ${id}, which is not declared`);
    if (open.has(id)) throw new Error(`${[...open, id].join(' needs ')}: a circle`);
    open.add(id);
    for (const need of needs(node)) visit(need, id);
    open.delete(id);
    done.set(id, node);
  };
  for (const id of nodes.keys()) visit(id, id);
  return done;
}

/** Six letters and digits that stand for a node's declared props, references by node. */
export function shortHash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 6);
}

/** The graph as text for golden files: one line a node with what it needs. */
export function printGraph(graph: Graph): string {
  return [...graph.nodes.values()]
    .map((node) => [node.id, ...needs(node).map((need) => `  <- ${need}`)].join('\n'))
    .sort()
    .join('\n');
}
