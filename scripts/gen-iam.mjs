// Writes docs/iam-policy-plan.json, -apply.json and -bootstrap.json from what the kinds say they call.
// With --check it only says whether one is stale. Needs the build.
import { readFile, writeFile } from 'node:fs/promises';
import { format } from 'prettier';
import { kinds } from '../dist/src/reconcilers/index.js';
import { homeKinds } from '../dist/src/reconcilers/home/home.js';
import { homePermissions, permissions } from '../dist/src/reconcilers/permissions.js';

const check = process.argv.includes('--check');
const policies = {
  plan: permissions(kinds, 'plan'),
  apply: permissions(kinds, 'apply'),
  bootstrap: homePermissions(homeKinds),
};
for (const [purpose, policy] of Object.entries(policies)) {
  const target = new URL(`../docs/iam-policy-${purpose}.json`, import.meta.url);
  const text = await format(JSON.stringify(policy), { parser: 'json', printWidth: 120 });
  const before = await readFile(target, 'utf8').catch(() => '');
  if (text === before) continue;
  if (check) {
    console.error(`docs/iam-policy-${purpose}.json is stale: run npm run gen:iam`);
    process.exitCode = 1;
  } else {
    await writeFile(target, text);
  }
}
