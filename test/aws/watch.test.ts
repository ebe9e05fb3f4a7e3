import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import test from 'node:test';
import { isChange, show, watched } from '../../src/aws/watch.ts';
import type { Call } from '../../src/aws/middleware.ts';
import { kinds } from '../../src/reconcilers/index.ts';

const call = (operation: string): Call => ({ service: 'ec2', operation, ms: 1, attempts: 1 });
const quiet = { before: () => undefined };

test('every command that is used is known to read or to change', async () => {
  const files = await readdir('src/aws/sdk');
  const texts = await Promise.all(files.map((file) => readFile(`src/aws/sdk/${file}`, 'utf8')));
  const operations = texts.flatMap((text) =>
    [...text.matchAll(/\b([A-Z]\w+)Command\b/g)].map((match) => match[1] ?? ''),
  );
  assert.ok(operations.length > 100);
  const declared = Object.values(kinds).flatMap((own) => own.flatMap(({ actions }) => actions));
  const writes = new Set(declared.flatMap(({ write }) => write.map((action) => action.split(':')[1])));
  const reads = new Set(declared.flatMap(({ read }) => read.map((action) => action.split(':')[1])));
  for (const operation of operations) {
    if (reads.has(operation) && !writes.has(operation)) assert.equal(isChange(operation), false, operation);
    if (writes.has(operation) && !reads.has(operation)) assert.equal(isChange(operation), true, operation);
  }
});

test('who looks on sees the calls of its own work that change something, and no others', async () => {
  const seen: string[] = [];
  const work = (name: string): Promise<void> =>
    watched({ ...quiet, after: ({ operation }) => seen.push(`${name} ${operation}`) }, async () => {
      await Promise.resolve();
      show(call('DescribeVpcs'));
      show(call(`Create${name}`));
    });
  show(call('CreateVpc'));
  await Promise.all([work('Vpc'), work('Subnet')]);
  assert.deepEqual(seen, ['Vpc CreateVpc', 'Subnet CreateSubnet']);
});

test('what is done about a call is not watched', async () => {
  let seen = 0;
  const after = (): void => {
    seen += 1;
    show(call('PutObject'));
  };
  await watched({ ...quiet, after }, async () => show(call('CreateVpc')));
  assert.equal(seen, 1);
});
