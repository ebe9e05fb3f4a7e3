import assert from 'node:assert/strict';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { isSameManifest, merge, readSource, type Reading, type Wish } from '../../src/daemon/catalogue.ts';
import { fileSource } from '../../src/daemon/file-source.ts';
import { systemClock, timing } from '../../src/engine/timing.ts';

const EXAMPLE = await readFile('manifests/cloudfront.yaml', 'utf8');
const named = (name: string, more = ''): string => EXAMPLE.replace('name: mcp-gateway', `name: gw-${name}`) + more;
const keyOf = (name: string): string => `123456789012/us-east-1/gw-${name}`;
const times = { ...timing(), still: 20 };
const signal = new AbortController().signal;

async function openFolder(files: Readonly<Record<string, string>>): Promise<{
  readonly folder: string;
  write(name: string, text: string): Promise<void>;
}> {
  const folder = await mkdtemp(join(tmpdir(), 'mcpgw-source-'));
  test.after(() => rm(folder, { recursive: true, force: true }));
  const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);
  for (const [name, text] of Object.entries(files)) await write(name, text);
  return { folder, write };
}

const sourceOf = (path: string): ReturnType<typeof fileSource> =>
  fileSource({ path, clock: systemClock, timing: times });

const read = async (folder: string): Promise<Reading> => readSource(folder, false, await sourceOf(folder).next(signal));

const statesOf = (wishes: ReadonlyMap<string, Wish>): object =>
  Object.fromEntries([...wishes].map(([key, { state }]) => [key.replace(/^.*gw-/, ''), state]));

test('the same files are the same revision, others are another', async () => {
  const { folder, write } = await openFolder({ 'a.yaml': named('a') });
  const source = sourceOf(folder);
  const first = await source.next(signal);
  assert.equal((await source.next(signal)).revision, first.revision);
  await write('a.yaml', named('a', '# other\n'));
  assert.notEqual((await source.next(signal)).revision, first.revision);
});

test('a file that is not there, and a folder without a manifest, are errors that say so', async () => {
  const { folder } = await openFolder({});
  await assert.rejects(sourceOf(join(folder, 'none.yaml')).next(signal), /is not there; nothing is changed/);
  await assert.rejects(sourceOf(folder).next(signal), /has no manifest; nothing is changed/);
});

test('what is being written is read when it is whole', async () => {
  const { folder, write } = await openFolder({ 'a.yaml': named('a') });
  const source = sourceOf(folder);
  await source.next(signal);
  await write('a.yaml', '');
  setTimeout(() => void write('a.yaml', named('b')), 60);
  const reading = await readSource(folder, false, await source.next(signal));
  assert.deepEqual(
    reading.gateways.map(({ key }) => key),
    [keyOf('b')],
  );
});

test('an editor that takes a file away and puts another in its place lets go of nothing', async () => {
  const { folder, write } = await openFolder({ 'a.yaml': named('a'), 'b.yaml': named('b') });
  const source = sourceOf(folder);
  await source.next(signal);
  await rename(join(folder, 'a.yaml'), join(folder, 'a.yaml~'));
  setTimeout(() => void write('a.yaml', named('a', '# new\n')), 10);
  const reading = await readSource(folder, false, await source.next(signal));
  assert.equal(reading.gateways.length, 2);
});

test('it tells of a change without being asked', async () => {
  const { folder, write } = await openFolder({ 'a.yaml': named('a') });
  const source = sourceOf(folder);
  const hinted = new Promise<void>((resolve) => source.onHint?.(resolve));
  await write('a.yaml', named('a', '# new\n'));
  await hinted;
  await source.close();
});

test('a manifest with a mistake leaves the others alone, and its gateway as it was last good', async () => {
  const { folder, write } = await openFolder({ 'a.yaml': named('a'), 'b.yaml': named('b') });
  const first = merge([await read(folder)], new Map());
  assert.deepEqual(statesOf(first), { a: 'wanted', b: 'wanted' });
  await write('a.yaml', named('a', '  notAField: 1\n'));
  const second = merge([await read(folder)], first);
  assert.deepEqual(statesOf(second), { a: 'broken', b: 'wanted' });
  const [before, now] = [first.get(keyOf('a')), second.get(keyOf('a'))];
  assert.equal(now?.loaded?.text, before?.loaded?.text);
  assert.match(now?.state === 'broken' ? now.because : '', /notAField/);
  await write('a.yaml', named('a'));
  assert.deepEqual(statesOf(merge([await read(folder)], second)), { a: 'wanted', b: 'wanted' });
});

test('a gateway whose file is gone is released, and taken up again when it is back', async () => {
  const { folder, write } = await openFolder({ 'a.yaml': named('a'), 'b.yaml': named('b') });
  const first = merge([await read(folder)], new Map());
  await rm(join(folder, 'a.yaml'));
  const second = merge([await read(folder)], first);
  assert.deepEqual(statesOf(second), { a: 'released', b: 'wanted' });
  await write('c.yaml', named('a'));
  assert.deepEqual(statesOf(merge([await read(folder)], second)), { a: 'wanted', b: 'wanted' });
});

test('of two manifests of one gateway neither is followed, in one source or in two', async () => {
  const one = await openFolder({ 'a.yaml': named('a'), 'b.yaml': named('b') });
  const two = await openFolder({ 'x.yaml': named('a', '  tags: { team: other }\n') });
  const first = merge([await read(one.folder)], new Map());
  const both = merge([await read(one.folder), await read(two.folder)], first);
  assert.deepEqual(statesOf(both), { a: 'broken', b: 'wanted' });
  const wish = both.get(keyOf('a'));
  assert.match(wish?.state === 'broken' ? wish.because : '', /[ax]\.yaml, .*[ax]\.yaml/);
  assert.equal(wish?.loaded?.text, named('a'));
  await one.write('b.yaml', named('a', '# twice\n'));
  assert.deepEqual(statesOf(merge([await read(one.folder)], first)), { a: 'broken', b: 'broken' });
});

test('a source that cannot be read now says nothing of what it had', async () => {
  const { folder } = await openFolder({ 'a.yaml': named('a') });
  const first = merge([await read(folder)], new Map());
  assert.deepEqual(statesOf(merge([], first)), { a: 'broken' });
});

test('another comment is the same manifest, another value is not', async () => {
  const { folder, write } = await openFolder({ 'a.yaml': named('a') });
  const wish = async (): Promise<Wish> => {
    const found = merge([await read(folder)], new Map()).get(keyOf('a'));
    assert.ok(found);
    return found;
  };
  const first = await wish();
  await write('a.yaml', named('a', '# a comment\n'));
  assert.ok(isSameManifest(first, await wish()));
  await write('a.yaml', named('a', '  tags: { team: other }\n'));
  assert.ok(!isSameManifest(first, await wish()));
});
