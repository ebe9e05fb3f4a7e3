// Writes docs/iam-policy-plan.json and docs/iam-policy-apply.json from what the kinds say they call.
// With --check it only says whether one is stale. Needs the build.
import { readFile, writeFile } from 'node:fs/promises';
import { format } from 'prettier';
import { kinds } from '../dist/src/reconcilers/index.js';
import { permissions } from '../dist/src/reconcilers/permissions.js';

const check = process.argv.includes('--check');
for (const purpose of ['plan', 'apply']) {
  const target = new URL(`../docs/iam-policy-${purpose}.json`, import.meta.url);
  const text = await format(JSON.stringify(permissions(kinds, purpose)), { parser: 'json', printWidth: 120 });
  const before = await readFile(target, 'utf8').catch(() => '');
  if (text === before) continue;
  if (check) {
    console.error(`docs/iam-policy-${purpose}.json is stale: run npm run gen:iam`);
    process.exitCode = 1;
  } else {
    await writeFile(target, text);
  }
}
