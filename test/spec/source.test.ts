import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { problemLine } from '../../src/spec/problem.ts';
import { readManifests, type Manifests } from '../../src/spec/read.ts';
import { least } from './given.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'manifests-'));
});
after(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, content);
  return path;
}

const lines = ({ problems }: Manifests): readonly string[] =>
  problems.map(problemLine).map((line) => line.replaceAll(`${folder}/`, ''));
const names = ({ gateways }: Manifests): readonly string[] => gateways.map(({ gateway }) => gateway.name);
const called = (name: string): string => least.replace('mcp-gateway', name);

test('files and folders are read in the order in which they are named', async () => {
  const one = await file('order/one.yaml', called('one'));
  await file('order/many/b.yml', called('bee'));
  await file('order/many/a.yaml', called('ant'));
  await file('order/many/.hidden.yaml', 'no: manifest');
  await file('order/many/notes.txt', 'no manifest');
  await file('order/many/deeper/c.yaml', called('cow'));
  const read = await readManifests([one, join(folder, 'order/many')]);
  assert.deepEqual(lines(read), []);
  assert.deepEqual(names(read), ['one', 'ant', 'bee']);
  assert.equal(read.gateways[1]?.directory, join(folder, 'order/many'));
  assert.equal(read.gateways[1]?.text, called('ant'));
});

test('a file that is named twice is read once', async () => {
  const path = await file('twice/gateway.yaml', least);
  assert.deepEqual(names(await readManifests([path, join(folder, 'twice'), `${folder}/twice/../twice/gateway.yaml`])), [
    'mcp-gateway',
  ]);
});

test("other people's YAML in a folder is passed over with a warning, but not when it is named", async () => {
  const path = await file('mixed/compose.yaml', 'services: {web: {image: nginx}}\n');
  await file('mixed/gateway.yaml', least);
  const read = await readManifests([join(folder, 'mixed')]);
  assert.deepEqual(lines(read), ['mixed/compose.yaml:1:1: warning: is passed over: its apiVersion is not of mcpgw.io']);
  assert.deepEqual(names(read), ['mcp-gateway']);
  assert.match(lines(await readManifests([path])).join(), /compose\.yaml:1:1: kind: is missing/);
});

test('a folder without a gateway says so', async () => {
  await mkdir(join(folder, 'bare'));
  await file('foreign/compose.yaml', 'services: {}\n');
  assert.deepEqual(lines(await readManifests([join(folder, 'bare')])), [
    'bare: the folder has no manifest: no file in it ends in .yaml or .yml',
  ]);
  assert.deepEqual(lines(await readManifests([join(folder, 'foreign')])).slice(1), [
    'foreign/compose.yaml: no manifest of kind Gateway was found',
  ]);
});

test('what cannot be read is told, and the rest is read', async () => {
  const good = await file('some/good.yaml', least);
  const latin = await file('some/latin.yaml', Uint8Array.of(0x61, 0x3a, 0xe9));
  const large = await file('some/large.yaml', ' '.repeat(1_100_000));
  const read = await readManifests([good, join(folder, 'absent.yaml'), latin, large]);
  assert.deepEqual(lines(read), [
    'absent.yaml: there is no such file or folder; check the name that follows -f',
    'some/latin.yaml: is not text in UTF-8',
    'some/large.yaml: is too large for a manifest: 1100000 bytes',
  ]);
  assert.deepEqual(names(read), ['mcp-gateway']);
});

test('a file without permission is told', { skip: process.getuid?.() === 0 }, async () => {
  const path = await file('closed.yaml', least);
  await chmod(path, 0o000);
  assert.deepEqual(lines(await readManifests([path])), ['closed.yaml: may not be read']);
});
