import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../', import.meta.url));
export const bin = 'bin/mcpgw-controller.js';

/** Runs Node at the root of the project, with nothing of an ambient account. */
export function start(args, env) {
  const ambient = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  return spawn(process.execPath, args, {
    cwd: root,
    env: { ...Object.fromEntries(ambient), ...env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

export async function finish(child) {
  const began = performance.now();
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) child[name].on('data', (data) => (said[name] += data));
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  return { code, ms: performance.now() - began, ...said };
}
