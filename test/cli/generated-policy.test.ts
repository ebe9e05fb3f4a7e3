import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** IAM counts a policy without its blanks. */
const charactersOf = async (purpose: string): Promise<number> => {
  const text = await readFile(`docs/iam-policy-${purpose}.json`, 'utf8');
  return JSON.stringify(JSON.parse(text)).length;
};

test('the committed IAM policies are what the kinds call', async () => {
  await run(process.execPath, ['scripts/gen-iam.mjs', '--check']);
});

test('the policy for looking fits a managed policy, those for acting a role', async () => {
  assert((await charactersOf('plan')) <= 6144);
  for (const purpose of ['apply', 'bootstrap']) assert((await charactersOf(purpose)) <= 10_240, purpose);
});
