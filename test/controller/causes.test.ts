import assert from 'node:assert/strict';
import { resolve as resolvePath } from 'node:path';
import { describe, test } from 'node:test';
import { linesOf, type Line } from '../../src/controller/causes.ts';
import { must } from '../../src/engine/errors.ts';
import type { Graph } from '../../src/engine/graph.ts';
import { kindOf, type Observed } from '../../src/engine/kind.ts';
import { makePlan, type Plan } from '../../src/engine/plan.ts';
import { refsOf, resolve, type Ref } from '../../src/engine/ref.ts';
import { liveOf, type Snapshot } from '../../src/engine/snapshot.ts';
import { declare, kinds } from '../../src/reconcilers/index.ts';
import { waysOf } from '../../src/reconcilers/ingress/ways.ts';
import { checkFiles, type LoadedGateway } from '../../src/spec/read.ts';
import { keptForm } from '../../src/spec/kept.ts';
import { readApplied, writeApplied, type AppliedRecord } from '../../src/state/applied.ts';
import { writeManifest } from '../../src/state/manifest.ts';
import { memoryStore } from '../state/memory-store.ts';

const MANIFEST = `apiVersion: mcpgw.io/v1alpha1
kind: Gateway
metadata:
  name: mcp-gateway
spec:
  accountId: '123456789012'
  region: us-east-1
  ingress:
    mode: cloudfront
    allowedCidrs:
      - 203.0.113.7/32
  images:
    base: 123456789012.dkr.ecr.us-east-1.amazonaws.com
    tag: v1
  services:
    auth:
      cpu: 1024
      memory: 4096
      environment:
        LOG_LEVEL: info
    registry: {replicas: 1}
  tags:
    team: platform
`;

function load(text: string): LoadedGateway {
  const { gateways, problems } = checkFiles([{ file: 'gateway.yaml', text, found: false }]);
  return must(gateways[0], problems.map(({ message }) => message).join());
}

const lookups = new Set(
  Object.values(kinds).flatMap((list) =>
    list.filter(({ create, update }) => create === undefined && update === undefined).map(({ name }) => name),
  ),
);

const graphOf = (text: string): Graph => declare(load(text).gateway, new Map()).graph;

type Named = ReadonlyMap<string, Observed>;

/** Everything as a graph wants it; a lookup's outputs tell what was looked for. */
function made({ nodes }: Graph): Named {
  const valueOf = ({ $ref, output }: Ref): string =>
    [output, $ref, ...(lookups.has(kindOf($ref)) ? [JSON.stringify(nodes.get($ref)?.props)] : [])].join(' ');
  const known = (value: unknown): Record<string, string> => resolve(value, valueOf) as Record<string, string>;
  const refs = [...nodes.values()].flatMap(({ props, tags }) => refsOf([props, tags]));
  const outputsOf = (id: string): Record<string, string> =>
    Object.fromEntries(refs.filter(({ $ref }) => $ref === id).map((ref) => [ref.output, valueOf(ref)] as const));
  return new Map(
    [...nodes.values()].map(({ id, name, props, tags }) => [
      id,
      { name, phase: 'ready', props: known(props), outputs: outputsOf(id), tags: known(tags) },
    ]),
  );
}

/** What lives as one graph wanted it, and what another one's lookups find. */
function seen(then: Graph, now: Graph): Snapshot {
  const all = [...made(then), ...[...made(now)].filter(([id]) => lookups.has(kindOf(id)))];
  const live = [...new Map(all)];
  const names = Object.values(kinds).flatMap((list) => list.map(({ name }) => name));
  return new Map(
    names.map((name) => {
      const own = live.filter(([id]) => kindOf(id) === name).map(([, one]) => one);
      return [name, { status: 'known', live: own }];
    }),
  );
}

interface Found {
  readonly plan: Plan;
  /** `<node> <path>` or `<node>`, and the lines. */
  readonly lines: ReadonlyMap<string, readonly Line[]>;
}

interface Given {
  /** Of the manifest that was carried out last; the first one by default. */
  readonly remembered?: unknown;
  /** What lives when it is planned; as the first manifest wants it by default. */
  readonly snapshot?: Snapshot;
  readonly applied?: AppliedRecord;
  /** What values of the second manifest's sources are. */
  readonly supplied?: ReadonlyMap<string, string>;
}

/** Carries out one manifest and plans with another. */
async function edited(before: string, now: string | LoadedGateway, given: Given = {}): Promise<Found> {
  const loaded = typeof now === 'string' ? load(now) : now;
  const { gateway } = loaded;
  const { remembered = keptForm(load(before).data), applied = {}, supplied = new Map() } = given;
  const snapshot = given.snapshot ?? seen(graphOf(before), declare(gateway, supplied).graph);
  const ways = waysOf(gateway, liveOf(snapshot, 'LoadBalancer'));
  const plan = makePlan({ graph: declare(gateway, supplied, ways).graph, kinds, snapshot });
  const store = memoryStore();
  await writeManifest(store, remembered);
  const session = {
    kept: keptForm(loaded.data),
    source: loaded,
    store,
    supplied,
  };
  const found = await linesOf(session, { plan, snapshot, applied });
  const named = plan.steps.flatMap((step) => [
    [step.node, found.get(step)] as const,
    ...step.changes.map((change) => [`${step.node} ${change.path}`, found.get(change)] as const),
  ]);
  return { plan, lines: new Map(named.flatMap(([name, lines]) => (lines === undefined ? [] : [[name, lines]]))) };
}

/** What was explained, and by which lines: `12 services/auth/cpu`. */
const shortly = ({ lines }: Found): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    [...lines].map(([name, its]) => [name, its.map(({ path, line }) => `${line} ${path.slice('/spec/'.length)}`)]),
  );

function unexplained({ plan, lines }: Found): readonly string[] {
  const all = plan.steps.flatMap((step) =>
    step.action === 'create' || step.action === 'delete'
      ? [step.node]
      : step.changes.map((change) => `${step.node} ${change.path}`),
  );
  return all.filter((name) => !lines.has(name));
}

const change = (from: string, to: string): Promise<Found> => {
  assert(MANIFEST.includes(from));
  return edited(MANIFEST, MANIFEST.replace(from, to));
};

/** Every step and change comes from these lines, and there are some. */
function assertAll(found: Found, lines: readonly string[]): void {
  assert(found.lines.size > 0);
  assert.deepEqual(unexplained(found), []);
  assert.deepEqual([...new Set(Object.values(shortly(found)).flat())], lines);
}

describe('the line of the manifest', () => {
  test('behind a value, and behind what follows from it', async () => {
    const cpu = ['17 services/auth/cpu'];
    const found = await change('cpu: 1024', 'cpu: 512');
    assert.deepEqual(shortly(found), { 'TaskDefinition/auth /cpu': cpu, 'Service/auth /taskDefinition': cpu });
    assert.deepEqual(found.lines.get('TaskDefinition/auth /cpu'), [
      { path: '/spec/services/auth/cpu', file: 'gateway.yaml', line: 17 },
    ]);
  });

  test('of a value that was taken away is that of what stood around it', async () => {
    const found = await change('      memory: 4096\n', '');
    assert.deepEqual(shortly(found)['TaskDefinition/auth /memory'], ['16 services/auth/memory']);
  });

  test('of a new item in a list is its own', async () => {
    const item = '      - 203.0.113.7/32\n';
    const found = await change(item, `${item}      - 198.51.100.0/24\n`);
    assertAll(found, ['12 ingress/allowedCidrs/1']);
  });

  test('behind what is made new, and behind what goes', async () => {
    const observed = MANIFEST.replace('  tags:\n', '  observability:\n    enabled: true\n  tags:\n');
    const there = await edited(MANIFEST, observed);
    assertAll(there, ['23 observability/enabled']);
    assert(there.lines.has('LogGroup/grafana'));
    const gone = await edited(observed, MANIFEST);
    assert.deepEqual(shortly(gone)['LogGroup/grafana'], ['5 observability/enabled']);
  });

  test('behind a tag of everything', async () => {
    const found = await change('team: platform', 'team: gateway');
    assert(found.lines.size > 100);
    assertAll(found, ['23 tags/team']);
  });

  test('behind what is looked up by another name', async () => {
    const found = await change('tag: v1', 'tag: v2');
    assert(!found.plan.steps.some(({ kind }) => kind === 'Image'));
    assert.deepEqual(shortly(found)['TaskDefinition/auth /containers/auth-server/image'], ['14 images/tag']);
  });

  test('is told of each edit where there are several, and of both where both have a part', async () => {
    const two = MANIFEST.replace('cpu: 1024', 'cpu: 512').replace('LOG_LEVEL: info', 'LOG_LEVEL: debug');
    const found = shortly(await edited(MANIFEST, two));
    assert.deepEqual(found, {
      'TaskDefinition/auth /cpu': ['17 services/auth/cpu'],
      'TaskDefinition/auth /containers/auth-server/environment/LOG_LEVEL': ['20 services/auth/environment/LOG_LEVEL'],
      'Service/auth /taskDefinition': ['17 services/auth/cpu', '20 services/auth/environment/LOG_LEVEL'],
    });
  });

  const DOMAIN = 'mode: custom-domain\n    domain:\n      base: example.com';
  test('behind a switch to another way in, and back', async () => {
    const there = await change('mode: cloudfront', DOMAIN);
    assert.deepEqual(unexplained(there), []);
    assert.deepEqual(shortly(there)['LoadBalancer/registry /tags/mcpgw:ways'], ['9 ingress/mode']);
    assert.deepEqual(shortly(there)['Certificate/registry'], ['9 ingress/mode', '10 ingress/domain']);
    const back = await edited(MANIFEST.replace('mode: cloudfront', DOMAIN), MANIFEST);
    assert.deepEqual(unexplained(back), []);
    assert.deepEqual(shortly(back)['Distribution/registry'], ['9 ingress/mode']);
  });

  test('behind a secret that comes from elsewhere, not behind one that has another value', async () => {
    const from = (source: string): string =>
      MANIFEST.replace('  tags:\n', `  registry:\n    adminPassword: {${source}}\n  tags:\n`);
    const supplied = new Map([['admin-password', 'version of today']]);
    const elsewhere = await edited(from('env: OLD'), from('env: NEW'), { supplied });
    const version = 'Secret/admin-password /versionId';
    assert.deepEqual(shortly(elsewhere)[version], ['23 registry/adminPassword/env']);
    const other = await edited(from('env: OLD'), from('env: OLD').replace('cpu: 1024', 'cpu: 512'), { supplied });
    assert(unexplained(other).includes(version));
  });

  test('is left out where nothing is remembered, or nothing that can be read', async () => {
    const now = MANIFEST.replace('cpu: 1024', 'cpu: 512');
    for (const remembered of [null, 7, [], {}, { kind: 'Gateway', spec: { services: 3 } }]) {
      const { plan, lines } = await edited(MANIFEST, now, { remembered });
      assert.equal(plan.steps.length, 2);
      assert.equal(lines.size, 0);
    }
  });

  test('behind what only follows, when the rest was carried out already', async () => {
    const now = MANIFEST.replace('cpu: 1024', 'cpu: 512');
    const graph = graphOf(now);
    const services = new Map([...graph.nodes].filter(([id]) => id !== 'Service/auth'));
    const old = [...graphOf(MANIFEST).nodes].filter(([id]) => id === 'Service/auth');
    const stale = old.map(
      ([id, node]) => [id, { ...node, props: { ...node.props, taskDefinition: 'before' } }] as const,
    );
    const snapshot = seen({ ...graph, nodes: new Map([...services, ...stale]) }, graph);
    const found = await edited(MANIFEST, now, { snapshot });
    assert.deepEqual(shortly(found), { 'Service/auth /taskDefinition': ['17 services/auth/cpu'] });
  });

  test('is left out where too much was edited', async () => {
    const level = '        LOG_LEVEL: info\n';
    const more = (count: number): Promise<Found> =>
      change(level, level + Array.from({ length: count }, (_, i) => `        MORE_${i}: x\n`).join(''));
    assert.equal((await more(41)).lines.size, 0);
    assertAll(
      await more(40),
      Array.from({ length: 40 }, (_, i) => `${21 + i} services/auth/environment/MORE_${i}`),
    );
  });

  test('is left out of what somebody did outside since then', async () => {
    const now = MANIFEST.replace('cpu: 1024', 'cpu: 512');
    // As after a run that came to this node and not to its end.
    const graph = graphOf(now);
    const snapshot = seen(graph, graph);
    const store = memoryStore();
    await writeApplied(store, makePlan({ graph, kinds, snapshot }), graph);
    const applied = await readApplied(store);
    const damaged = seen(graphOf(now.replace('cpu: 512', 'cpu: 2048')), graph);
    const { plan, lines } = await edited(MANIFEST, now, { snapshot: damaged, applied });
    assert.equal(plan.steps[0]?.changes[0]?.path, '/cpu');
    assert.equal(lines.size, 0);
  });

  test('stands in the base, where the manifest lies over one', async () => {
    const base = MANIFEST.replace('kind: Gateway', 'kind: GatewayBase').replace('cpu: 1024', 'cpu: 512');
    const top = 'apiVersion: mcpgw.io/v1alpha1\nkind: Gateway\nbase: base.yaml\nmetadata: {name: mcp-gateway}\n';
    const source = { file: 'base.yaml', text: base, found: false };
    const { gateways } = checkFiles(
      [{ file: 'gateway.yaml', text: top, found: false }],
      new Map([[resolvePath('base.yaml'), source]]),
    );
    const { lines } = await edited(MANIFEST, must(gateways[0], 'gateway'));
    assert.deepEqual(lines.get('TaskDefinition/auth /cpu'), [
      { path: '/spec/services/auth/cpu', file: 'base.yaml', line: 17 },
    ]);
  });

  test('is not asked for where nothing changes', async () => {
    const snapshot = seen(graphOf(MANIFEST), graphOf(MANIFEST));
    const plan = makePlan({ graph: graphOf(MANIFEST), kinds, snapshot });
    const store = memoryStore();
    store.read = () => assert.fail('the store was read');
    const { data, ...source } = load(MANIFEST);
    const session = { kept: data, source, store, supplied: new Map<string, string>() };
    assert.equal((await linesOf(session, { plan, snapshot, applied: {} })).size, 0);
  });
});
