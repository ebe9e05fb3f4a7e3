import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request as connect } from 'node:http';
import type { AddressInfo } from 'node:net';
import { before, describe, test } from 'node:test';
import { CreateBucketCommand, PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { acquireLease, type Lease } from '../../src/state/lease.ts';
import { openPlace, type GatewayKey } from '../../src/state/place.ts';
import type { Store } from '../../src/state/store.ts';
import { amend, recall } from '../../src/state/texts.ts';
import { must } from '../../src/engine/errors.ts';
import { steadyClock, systemClock } from '../../src/engine/timing.ts';
import { openAccount, REGION, testTiming } from '../sandbox-account.ts';
import { short } from '../state/short-lease.ts';

describe('state in a bucket', () => {
  let bucket: string;
  let s3: S3Client;
  const key: GatewayKey = { accountId: '123456789012', region: REGION, name: 'mcp-gateway' };
  const environment = {};
  const open = async (state = `s3://${bucket}/team/a`): Promise<Store> =>
    (await openPlace({ state, environment, region: REGION, timing: testTiming })).storeOf(key);

  before(async () => {
    const { credentials } = await openAccount();
    const { accessKeyId, secretAccessKey, sessionToken } = await credentials();
    process.env['AWS_ACCESS_KEY_ID'] = accessKeyId;
    process.env['AWS_SECRET_ACCESS_KEY'] = secretAccessKey;
    process.env['AWS_SESSION_TOKEN'] = sessionToken ?? '';
    bucket = `state-${randomBytes(6).toString('hex')}`;
    s3 = new S3Client({ region: REGION, credentials });
    await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  });

  test('stands below the prefix, by account, region and gateway', async () => {
    const store = await open();
    assert.equal(store.place, `s3://${bucket}/team/a/123456789012/us-east-1/mcp-gateway`);
    assert.equal((await open(`s3://${bucket}`)).place, `s3://${bucket}/123456789012/us-east-1/mcp-gateway`);
    assert.equal(await store.read('x.json'), undefined);
    await store.write('x.json', 'one');
    await store.write('x.json', 'two é');
    assert.equal((await store.read('x.json'))?.text, 'two é');
    assert.equal(await (await open(`s3://${bucket}/team/b/`)).read('x.json'), undefined);
  });

  test('is swapped only by who knows what stands there', async () => {
    const store = await open();
    const first = await store.swap('y', 'one', undefined);
    assert.ok(first);
    assert.equal(await store.swap('y', 'other', undefined), undefined);
    const second = await store.swap('y', 'two', first);
    assert.ok(second);
    assert.equal(await store.swap('y', 'three', first), undefined);
    assert.equal((await store.read('y'))?.version, second);
    assert.equal(await store.swap('never', 'one', first), undefined);
  });

  test('counts as written when the answer was lost and the SDK sent it again', async () => {
    const lossy = createServer((request, response) => {
      const isFirst = request.method === 'PUT' && (heard += 1) === 1;
      const { headers, method, url } = request;
      const onward = connect(
        must(process.env['AWS_ENDPOINT_URL'], 'AWS_ENDPOINT_URL') + (url ?? ''),
        { headers, method },
        (answer) => {
          if (isFirst) return void answer.resume().on('end', () => response.destroy());
          response.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(response);
        },
      );
      request.pipe(onward);
    });
    let heard = 0;
    lossy.listen(0, '127.0.0.1');
    await once(lossy, 'listening');
    process.env['AWS_ENDPOINT_URL_S3'] = `http://127.0.0.1:${(lossy.address() as AddressInfo).port}`;
    try {
      const store = await open();
      const version = await store.swap('z', 'one', undefined);
      assert.ok(version);
      assert.equal(heard, 2);
      assert.deepEqual((await store.read('z'))?.version, version);
      assert.equal(await store.swap('z', 'one', undefined), undefined);
    } finally {
      delete process.env['AWS_ENDPOINT_URL_S3'];
      lossy.close();
      lossy.closeAllConnections();
    }
  });

  test('loses no update of several writers', async () => {
    const stores = await Promise.all(Array.from({ length: 5 }, () => open()));
    const add = async (store: Store): Promise<void> => {
      for (let i = 0; i < 10; i++)
        await amend(store, 'count.json', (value) => (typeof value === 'number' ? value : 0) + 1);
    };
    await Promise.all(stores.map(add));
    const [store] = stores;
    assert.ok(store !== undefined);
    assert.equal(await recall(store, 'count.json'), 50);
  });

  test('is added to, listed and taken away', async () => {
    const store = await open();
    await Promise.all(['1\n', '2\n', '3\n'].map((line) => store.append('log/b', line)));
    await store.append('log/a', 'x');
    assert.equal((await store.read('log/b'))?.text.length, 6);
    assert.deepEqual(await store.list('log'), ['log/a', 'log/b']);
    await store.remove('log/a');
    await store.remove('log/a');
    assert.deepEqual(await store.list('log'), ['log/b']);
  });

  const take = (store: Store): Promise<Lease> =>
    acquireLease({
      store,
      gateway: 'us-east-1/mcp-gateway',
      clock: systemClock,
      steady: steadyClock,
      timing: short(0.2),
      command: 'apply',
      revision: '3f2c1ab',
    });

  test('gives the lease to one of those that race for it', async () => {
    const all = await Promise.allSettled(Array.from({ length: 5 }, async () => take(await open())));
    const held = all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const refused = all.flatMap((one) => (one.status === 'rejected' ? [(one.reason as { code?: string }).code] : []));
    assert.equal(held.length, 1);
    assert.deepEqual(new Set(refused), new Set(['LeaseHeld']));
    await systemClock.sleep(short(0.2).leaseTerm);
    held[0]?.fence();
    await held[0]?.release();
    const next = await take(await open());
    assert.equal(next.holder.fence, 2);
    await next.release();
  });

  test('in a bucket that does not exist says so before anything else', async () => {
    await assert.rejects(open(`s3://${bucket}-gone/x`), {
      message: `the bucket ${bucket}-gone does not exist: make it (aws s3 mb s3://${bucket}-gone) or correct --state`,
    });
  });

  test('in a bucket that may not be written to says which right is missing', async () => {
    const closed = `closed-${bucket}`;
    await s3.send(new CreateBucketCommand({ Bucket: closed }));
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Principal: '*', Action: 's3:PutObject', Resource: `arn:aws:s3:::${closed}/*` }],
    });
    await s3.send(new PutBucketPolicyCommand({ Bucket: closed, Policy }));
    const store = await open(`s3://${closed}/x`);
    await assert.rejects(
      store.write('a', 'x'),
      /may not s3:PutObject in the bucket closed-.*they need s3:ListBucket on/,
    );
  });
});
