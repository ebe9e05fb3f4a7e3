import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileSource } from '../../src/daemon/file-source.ts';
import { systemClock, timing } from '../../src/engine/timing.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'file-source-'));
});
after(() => rm(folder, { recursive: true }));

const HEAD = 'apiVersion: mcpgw.io/v1alpha1\nkind: Gateway\n';

test('a folder is read again when a base outside of it changes, goes, or comes', async () => {
  const prod = join(folder, 'prod');
  const base = join(folder, 'base.yaml');
  await mkdir(prod);
  await writeFile(join(prod, 'gateway.yaml'), `${HEAD}base: ../base.yaml\n`);
  const source = fileSource({ path: prod, clock: systemClock, timing: timing(0.05) });
  const revisionNow = async (): Promise<string> => (await source.next(new AbortController().signal)).revision;
  const without = await revisionNow();
  await writeFile(base, `${HEAD}# one\n`);
  const one = await revisionNow();
  await writeFile(base, `${HEAD}# second\n`);
  const two = await revisionNow();
  assert.equal(new Set([without, one, two]).size, 3);
  assert.equal(await revisionNow(), two);
  await rm(base);
  assert.equal(await revisionNow(), without);
  const { files } = await source.next(new AbortController().signal);
  assert.deepEqual(files, [join(prod, 'gateway.yaml')]);
  await source.close();
});
