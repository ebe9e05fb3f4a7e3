// gen, compile, and the bundle that is shipped. Needs what package.json declares; setup.mjs sees to that.
import { execFileSync } from 'node:child_process';
import { copyFile, mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const run = (...args) => execFileSync(process.execPath, args, { cwd: root, stdio: 'inherit' });

const validator = 'src/spec/generated/validate.mjs';
try {
  run('scripts/gen.mjs');
  run('scripts/gen-page.mjs');
  await mkdir(`${root}dist/src/spec/generated`, { recursive: true });
  await copyFile(root + validator, `${root}dist/${validator}`);
  run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.json');
} catch (error) {
  process.exit(error.status || 1);
}
await bundle(root);
