// npm test -- [--long] [part of a file name ...] [--flag for node --test ...]
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const layersOnAws = new Set(['reconcilers', 'controller', 'doctor', 'cli', 'e2e', 'faults', 'sandbox']);
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
const folder = await mkdtemp(join(tmpdir(), 'mcpgw-test-'));
try {
  process.exitCode = await runTests();
} finally {
  await rm(folder, { recursive: true, force: true });
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

/** Every process is told of all emulators, in the same order, and trusts the certificates of each. */
async function environmentOf() {
  if (sandboxes.length === 0) return {};
  const authorities = join(folder, 'ca.pem');
  const texts = await Promise.all(sandboxes.map((sandbox) => readFile(sandbox.authority, 'utf8')));
  await writeFile(authorities, texts.join(''));
  return {
    MCPGW_TEST_ENDPOINTS: sandboxes.map((sandbox) => sandbox.url).join(','),
    MCPGW_TEST_PROXIES: sandboxes.map((sandbox) => sandbox.proxy).join(','),
    MCPGW_TEST_NAME_SERVERS: sandboxes.map((sandbox) => sandbox.env.MCPGW_DNS_SERVERS).join(','),
    NODE_EXTRA_CA_CERTS: authorities,
  };
}

async function runTests() {
  const environment = await environmentOf();
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
    { cwd: root, stdio: 'inherit', env: { ...process.env, ...environment } },
  );
  process.once('exit', () => child.kill());
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}
