import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { timing } from '../../src/engine/timing.ts';
import { diskStore } from '../../src/state/disk-store.ts';
import { brokenPlace, chosenPlace, openPlace } from '../../src/state/place.ts';
import { amend, recall } from '../../src/state/texts.ts';

const counting = fileURLToPath(new URL('./counting.js', import.meta.url));

describe('a folder on disk', () => {
  let folder: string;
  let taken = 0;
  const fresh = (): string => join(folder, String((taken += 1)));

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mcpgw-store-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test('gives back what was written, and nothing for what was not', async () => {
    const store = diskStore(join(fresh(), 'b'));
    assert.equal(await store.read('x.json'), undefined);
    await store.write('x.json', 'one');
    await store.write('x.json', 'two');
    assert.equal((await store.read('x.json'))?.text, 'two');
  });

  test('is for its owner alone, and leaves no drafts', async () => {
    const own = fresh();
    const store = diskStore(own);
    await store.write('x.json', 'one');
    await store.append('log/a.jsonl', 'one');
    assert.deepEqual(await readdir(own), ['log', 'x.json.1']);
    for (const inner of [own, join(own, 'log')]) assert.equal((await stat(inner)).mode & 0o777, 0o700);
    for (const file of ['x.json.1', 'log/a.jsonl']) assert.equal((await stat(join(own, file))).mode & 0o777, 0o600);
  });

  test('where nobody can make one says so', { skip: process.platform !== 'linux', timeout: 10_000 }, async () => {
    await assert.rejects(diskStore('/proc/nowhere/b').write('x.json', ''), { code: 'ENOENT' });
  });

  test('that cannot be made says so', async () => {
    await writeFile(join(folder, 'file'), '');
    await assert.rejects(diskStore(join(folder, 'file', 'state')).write('x.json', ''), /ENOTDIR/);
  });

  test(
    'that may not be written to says so',
    { skip: process.getuid?.() === 0 && 'root may write anywhere' },
    async () => {
      const own = fresh();
      await mkdir(own);
      await chmod(own, 0o500);
      await assert.rejects(diskStore(own).write('x.json', ''), /EACCES/);
    },
  );

  test('swaps only what it was asked to', async () => {
    const store = diskStore(fresh());
    const first = await store.swap('x', 'one', undefined);
    assert.ok(first);
    assert.equal(await store.swap('x', 'other', undefined), undefined);
    const second = await store.swap('x', 'two', first);
    assert.ok(second);
    assert.equal(await store.swap('x', 'three', first), undefined);
    assert.deepEqual((await store.read('x'))?.text, 'two');
    assert.equal((await store.read('x'))?.version, second);
  });

  test('that was lost and begun anew is not taken for what it was', async () => {
    const own = fresh();
    const store = diskStore(own);
    const first = await store.swap('x', 'one', undefined);
    await rm(own, { recursive: true });
    await store.swap('x', 'other', undefined);
    assert.equal(await store.swap('x', 'two', first), undefined);
  });

  test('is written to also while somebody takes it away again and again', async () => {
    const own = join(fresh(), 'inner');
    const store = diskStore(own);
    const written = new AbortController();
    const taking = (async () => {
      while (!written.signal.aborted) {
        await rm(own, { recursive: true, force: true, maxRetries: 100 });
        await setTimeout(5);
      }
    })();
    for (let i = 0; i < 200; i++) {
      await store.append('log/1', 'x');
      await store.write('x', String(i));
    }
    written.abort();
    await taking;
    await store.write('x', 'last');
    assert.equal((await store.read('x'))?.text, 'last');
  });

  test('keeps few old versions, and a writer that slept through many is told', async () => {
    const own = fresh();
    const store = diskStore(own);
    const old = await store.swap('x', 'old', undefined);
    for (let i = 0; i < 40; i++) await store.write('x', String(i));
    assert.ok((await readdir(own)).length <= 17);
    assert.equal(await store.swap('x', 'late', old), undefined);
    assert.equal((await store.read('x'))?.text, '39');
  });

  test('loses no update of several processes', async () => {
    const own = fresh();
    const children = Array.from({ length: 4 }, () => fork(counting, [own, '50'], { execArgv: [] }));
    const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0] as number));
    assert.deepEqual(codes, [0, 0, 0, 0]);
    assert.equal(await recall(diskStore(own), 'count.json'), 200);
  });

  test('is whole whenever its writer is killed, and the next one clears up', async () => {
    const own = fresh();
    const store = diskStore(own);
    for (let i = 0; i < 8; i++) {
      const child = fork(counting, [own, '100000'], { execArgv: [] });
      const exit = once(child, 'exit');
      await once(child, 'message');
      child.kill('SIGKILL');
      await exit;
      assert.equal(typeof (await recall(store, 'count.json')), 'number');
    }
    const count = Number(await recall(store, 'count.json'));
    await amend(store, 'count.json', (value) => Number(value) + 1);
    assert.equal(await recall(store, 'count.json'), count + 1);
    assert.deepEqual(
      (await readdir(own)).filter((name) => name.startsWith('.')),
      [],
    );
  });

  test('reads what an older version left under the plain name', async () => {
    const own = fresh();
    await mkdir(own);
    await writeFile(join(own, 'x.json'), 'old');
    const store = diskStore(own);
    assert.equal((await store.read('x.json'))?.text, 'old');
    await store.write('x.json', 'new');
    assert.equal((await store.read('x.json'))?.text, 'new');
  });

  test('lists what was appended to, in order', async () => {
    const store = diskStore(fresh());
    assert.deepEqual(await store.list('log'), []);
    await store.append('log/b', '1');
    await store.append('log/a', '2');
    await store.append('log/b', '3');
    assert.deepEqual(await store.list('log'), ['log/a', 'log/b']);
    assert.equal((await store.read('log/b'))?.text, '13');
    await store.remove('log/a');
    await store.remove('log/a');
    assert.deepEqual(await store.list('log'), ['log/b']);
  });

  test('has a folder for each gateway', async () => {
    const own = fresh();
    const place = await openPlace({ state: own, environment: {}, region: 'us-east-1', timing: timing() });
    const store = place.storeOf({ accountId: '123456789012', region: 'us-east-1', name: 'mcp-gateway' });
    assert.equal(store.place, join(own, '123456789012', 'us-east-1', 'mcp-gateway'));
    await store.write('x', 'one');
    assert.equal(await readFile(join(store.place, 'x.1'), 'utf8'), 'one');
  });
});

test('state is where it was asked for, else where the environment says, else in the user’s state folder', () => {
  assert.equal(chosenPlace('/asked', { MCPGW_STATE: '/environment' }), '/asked');
  assert.equal(chosenPlace(undefined, { MCPGW_STATE: 's3://bucket/prefix' }), 's3://bucket/prefix');
  assert.equal(
    chosenPlace(undefined, { XDG_STATE_HOME: '/state', HOME: '/home/a' }),
    join('/state', 'mcpgw-controller'),
  );
  assert.equal(chosenPlace(undefined, { HOME: '/home/a' }), join('/home/a/.local/state/mcpgw-controller'));
});

test('a place that cannot be used says why, whatever is asked of it', async () => {
  const store = brokenPlace('s3://gone', new Error('the bucket is gone')).storeOf({
    accountId: '1',
    region: 'r',
    name: 'n',
  });
  await assert.rejects(store.read('x'), /the bucket is gone/);
  await assert.rejects(store.swap('x', '', undefined), /the bucket is gone/);
});

for (const url of ['s3://', 's3://UPPER/x', 's3://a', 's3:///x', 'gs://bucket/x'])
  test(`${url} is no place`, async () => {
    const opened = openPlace({ state: url, environment: {}, region: 'us-east-1', timing: timing() });
    await assert.rejects(opened, /is no place for state: (name a folder, or )?write s3:\/\/<bucket>\/<prefix>/);
  });
