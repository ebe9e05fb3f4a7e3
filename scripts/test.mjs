// npm test -- [--long] [part of a file name ...] [--flag for node --test ...]
import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const layersOnAws = new Set(['reconcilers', 'controller', 'cli', 'e2e', 'faults', 'sandbox']);
const root = fileURLToPath(new URL('../', import.meta.url));

const args = process.argv.slice(2);
const long = args.includes('--long');
const flags = args.filter((arg) => arg.startsWith('--') && arg !== '--long');
const filters = args.filter((arg) => !arg.startsWith('--'));

const files = await selectFiles();
if (files.length === 0) {
  console.error(`no test file matches ${filters.join(' ')}`);
  process.exit(1);
}

const sandboxes = files.some((file) => layersOnAws.has(file.split('/')[1])) ? await startSandboxes() : [];
// An exit ends the emulators; a signal by itself would leave them running.
process.once('SIGTERM', () => process.exit(143));
try {
  process.exitCode = await runTests();
} finally {
  await Promise.all(sandboxes.map((sandbox) => sandbox.stop()));
}

/** Named after the sources, because the compiled tests of deleted sources stay in dist. */
async function selectFiles() {
  const all = await readdir(`${root}test`, { recursive: true });
  return all
    .map((file) => `test/${file}`)
    .filter((file) => file.endsWith('.test.ts') || (long && file.endsWith('.long.ts')))
    .filter((file) => filters.length === 0 || filters.some((part) => file.includes(part)))
    .sort();
}

/** One emulator keeps one core busy, and two test files run at a time. */
async function startSandboxes() {
  if (process.env.MCPGW_TEST_ENDPOINTS) return [];
  const { startSandbox } = await import('../sandbox/sandbox.mjs');
  return Promise.all([startSandbox({ quiet: true }), startSandbox({ quiet: true })]);
}

function runTests() {
  const endpoints = sandboxes.map((sandbox) => sandbox.url).join(',');
  const child = spawn(
    process.execPath,
    [
      '--enable-source-maps',
      '--test',
      '--test-concurrency=2',
      // A test that leaves a connection open, or never ends, must not hold up the rest.
      '--test-force-exit',
      '--test-timeout=900000',
      '--test-reporter=./scripts/test-reporter.mjs',
      '--test-reporter-destination=stdout',
      ...flags,
      ...files.map((file) => `dist/${file.replace(/\.ts$/, '.js')}`),
    ],
    { cwd: root, stdio: 'inherit', env: { ...process.env, ...(endpoints && { MCPGW_TEST_ENDPOINTS: endpoints }) } },
  );
  process.once('exit', () => child.kill());
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}
