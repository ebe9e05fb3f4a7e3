import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { merge, readSource, type Reading, type Wish } from '../../src/daemon/catalogue.ts';
import { KnownGateways, partsOf } from '../../src/daemon/known-gateways.ts';
import { openLog } from '../../src/daemon/log.ts';
import { timing } from '../../src/engine/timing.ts';
import { addHistory } from '../../src/state/history.ts';
import { openPlace, type StatePlace } from '../../src/state/place.ts';

const EXAMPLE = await readFile('manifests/cloudfront.yaml', 'utf8');
const keyOf = (name: string): string => `123456789012/us-east-1/gw-${name}`;

interface Scene {
  readonly place: StatePlace;
  readonly lines: string[];
  write(...names: readonly string[]): Promise<void>;
  reading(source?: string): Promise<Reading>;
  open(...sources: readonly string[]): KnownGateways;
}

async function openScene(): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), 'mcpgw-known-'));
  test.after(() => rm(folder, { recursive: true, force: true }));
  const gateways = join(folder, 'gateways');
  const place = await openPlace({
    state: join(folder, 'state'),
    environment: {},
    region: 'us-east-1',
    timing: timing(),
  });
  const lines: string[] = [];
  const log = openLog({ human: false, write: (line) => void lines.push(line) });
  return {
    place,
    lines,
    async write(...names) {
      await rm(gateways, { recursive: true, force: true });
      await mkdir(gateways);
      for (const name of names)
        await writeFile(join(gateways, `${name}.yaml`), EXAMPLE.replace('name: mcp-gateway', `name: gw-${name}`));
    },
    reading: (source = 'gateways') =>
      readSource(source, false, { revision: 'sha256:0', directory: gateways, files: [] }),
    open: (...sources) => new KnownGateways({ place, sources: sources.length === 0 ? ['gateways'] : sources, log }),
  };
}

const statesOf = (wishes: ReadonlyMap<string, Wish>): object =>
  Object.fromEntries([...wishes].map(([key, { state }]) => [key.replace(/^.*gw-/, ''), state]));

async function noted(scene: Scene, wishes: ReadonlyMap<string, Wish>): Promise<void> {
  const known = scene.open();
  known.note(wishes);
  await known.written;
}

test('what left its source is released for the next process too, and for the one after it', async () => {
  const scene = await openScene();
  await scene.write('a', 'b');
  await noted(scene, merge([await scene.reading()], new Map()));
  await scene.write('b');
  const released = merge([await scene.reading()], await scene.open().read());
  assert.deepEqual(statesOf(released), { a: 'released', b: 'wanted' });
  await noted(scene, released);
  const again = merge([await scene.reading()], await scene.open().read());
  assert.deepEqual(again, released);
  await scene.write('a', 'b');
  const back = merge([await scene.reading()], await scene.open().read());
  assert.deepEqual(statesOf(back), { a: 'wanted', b: 'wanted' });
});

test('one whose manifest has a mistake at the start is known and not released', async () => {
  const scene = await openScene();
  await scene.write('a');
  await noted(scene, merge([await scene.reading()], new Map()));
  await scene.write('a', 'b');
  const reading = await scene.reading();
  const broken = { ...reading, gateways: [], broken: new Map([['a.yaml', ['a.yaml:1:1: a mistake']]]) };
  const wishes = merge([broken], await scene.open().read());
  assert.deepEqual(statesOf(wishes), { a: 'broken' });
});

test('what was destroyed is forgotten', async () => {
  const scene = await openScene();
  await scene.write('a', 'b');
  await noted(scene, merge([await scene.reading()], new Map()));
  const run = { revision: '', planId: '', result: 'converged', ms: 1, steps: 1 } as const;
  const store = (name: string) => scene.place.storeOf(partsOf(keyOf(name)));
  await addHistory(store('a'), { ...run, at: '2026-11-21T12:00:00Z', command: 'daemon' });
  await addHistory(store('b'), { ...run, at: '2026-11-21T12:00:00Z', command: 'destroy' });
  assert.deepEqual([...(await scene.open().read()).keys()], [keyOf('a')]);
  await addHistory(store('b'), { ...run, at: '2026-11-21T13:00:00Z', command: 'apply' });
  assert.equal((await scene.open().read()).size, 2);
});

test('each source has its own, and what another daemon follows is none of its business', async () => {
  const scene = await openScene();
  await scene.write('a');
  await noted(scene, merge([await scene.reading()], new Map()));
  assert.equal((await scene.open('elsewhere').read()).size, 0);
  assert.equal((await scene.open('elsewhere', 'gateways').read()).size, 1);
});

test('a state that cannot be read or written costs a warning', async () => {
  const scene = await openScene();
  const refuse = (): Promise<never> => Promise.reject(new Error('permission denied'));
  const broken = {
    ...scene.place,
    sourceStore: () => ({ ...scene.place.sourceStore('x'), read: refuse, write: refuse }),
  };
  const log = openLog({ human: false, write: (line) => void scene.lines.push(line) });
  const known = new KnownGateways({ place: broken, sources: ['gateways'], log });
  assert.equal((await known.read()).size, 0);
  await scene.write('a');
  known.note(merge([await scene.reading()], new Map()));
  await known.written;
  assert.equal(scene.lines.filter((line) => /cannot be remembered: permission denied/.test(line)).length, 2);
});
