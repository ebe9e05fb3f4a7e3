// Makes a fresh clone ready to run: dependencies as the lock says, then the build. Uses nothing but Node itself.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));

if (!isInstalled()) run('npm', 'ci', '--no-audit', '--no-fund');
run(process.execPath, 'scripts/build.mjs');

/** Compares what npm recorded in node_modules with the lock; optional packages may be for another platform. */
function isInstalled() {
  const installed = packagesOf('node_modules/.package-lock.json');
  const locked = packagesOf('package-lock.json');
  return Object.entries(locked).every(
    ([path, { version, optional }]) =>
      path === '' || installed[path]?.version === version || (optional && !installed[path]),
  );
}

function packagesOf(lock) {
  try {
    return JSON.parse(readFileSync(root + lock, 'utf8')).packages;
  } catch (error) {
    if (error.code === 'ENOENT') return {};
    throw error;
  }
}

function run(command, ...args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
