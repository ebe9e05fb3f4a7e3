import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { diskStore, stateFolder } from '../../src/state/store.ts';

describe('a folder on disk', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mcpgw-store-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test('gives back what was written, and nothing for what was not', async () => {
    const store = diskStore(join(folder, 'a', 'b'));
    assert.equal(await store.read('x.json'), undefined);
    await store.write('x.json', 'one');
    await store.write('x.json', 'two');
    assert.equal(await store.read('x.json'), 'two');
  });

  test('is for its owner alone, and leaves no drafts', async () => {
    const store = diskStore(join(folder, 'own'));
    await store.write('x.json', 'one');
    assert.deepEqual(await readdir(join(folder, 'own')), ['x.json']);
    assert.equal((await stat(join(folder, 'own'))).mode & 0o777, 0o700);
    assert.equal((await stat(join(folder, 'own', 'x.json'))).mode & 0o777, 0o600);
  });

  test('that cannot be made says so', async () => {
    await writeFile(join(folder, 'file'), '');
    await assert.rejects(diskStore(join(folder, 'file', 'state')).write('x.json', ''), /ENOTDIR/);
  });
});

const gateway = { accountId: '123456789012', region: 'us-east-1', name: 'mcp-gateway' };
const inside = join('123456789012', 'us-east-1', 'mcp-gateway');

test('each gateway has a folder of its own, below the one that was asked for', () => {
  assert.equal(stateFolder('/asked', { MCPGW_STATE: '/environment' }, gateway), join('/asked', inside));
  assert.equal(
    stateFolder(undefined, { MCPGW_STATE: '/environment', HOME: '/home/a' }, gateway),
    join('/environment', inside),
  );
});

test("by default that is in the user's state folder", () => {
  assert.equal(
    stateFolder(undefined, { XDG_STATE_HOME: '/state', HOME: '/home/a' }, gateway),
    join('/state/mcpgw-controller', inside),
  );
  assert.equal(
    stateFolder(undefined, { HOME: '/home/a' }, gateway),
    join('/home/a/.local/state/mcpgw-controller', inside),
  );
});
