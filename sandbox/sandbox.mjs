// Starts the local AWS: a Python environment with what requirements.txt says, and the server in it.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('./', import.meta.url));
const minute = 60_000;
const account = '123456789012';

/**
 * @param {import('./sandbox.d.mts').SandboxOptions} [options]
 * @returns {Promise<import('./sandbox.d.mts').Sandbox>}
 */
export async function startSandbox({ port = 0, quiet = false, speed } = {}) {
  const python = await pythonWithRequirements(quiet);
  const child = spawn(python, [join(here, 'server.py'), '--port', String(port), '--until-input-closes'], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      ...withoutAws(process.env),
      PYTHONUNBUFFERED: '1',
      ...(speed !== undefined && { SANDBOX_SPEED: String(speed) }),
    },
  });
  if (!quiet) child.stderr.pipe(process.stderr, { end: false });
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
  const ended = new Promise((resolve) => child.once('exit', resolve)).finally(() =>
    rm(folder, { recursive: true, force: true }),
  );
  try {
    const ports = await listeningPorts(child);
    const url = `http://127.0.0.1:${ports.listening}`;
    const proxy = `http://${account}@127.0.0.1:${ports.proxy}`;
    const authority = join(folder, 'ca.pem');
    await writeFile(authority, await (await fetch(`${url}/sandbox/ca`)).text());
    return {
      url,
      proxy,
      authority,
      env: {
        AWS_ENDPOINT_URL: url,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        MCPGW_DNS_SERVERS: `127.0.0.1:${ports.dns}`,
        MCPGW_PROBE_PROXY: proxy,
        NODE_EXTRA_CA_CERTS: authority,
      },
      ended,
      async stop() {
        child.kill('SIGTERM');
        await ended;
      },
    };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

/** Ambient settings of a real account mean nothing in there. */
function withoutAws(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('AWS_')));
}

function listeningPorts(child) {
  let said = '';
  child.stderr.on('data', (chunk) => (said = (said + chunk).slice(-4000)));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      reject(new Error(`the sandbox ended with exit code ${code} before it was ready\n${said}`)),
    );
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = /^listening on (?<listening>\d+), proxy on (?<proxy>\d+), dns on (?<dns>\d+)$/.exec(line);
      if (found) resolve(found.groups);
    });
  });
}

/** Several processes may come at once: one installs, the others wait for its mark. */
async function pythonWithRequirements(quiet) {
  const home = process.env.MCPGW_SANDBOX_HOME ?? join(here, '..', '.sandbox');
  const requirements = await readFile(join(here, 'requirements.txt'), 'utf8');
  const venv = join(home, 'venv');
  const mark = join(venv, `ready-${createHash('sha256').update(requirements).digest('hex').slice(0, 12)}`);
  const python = join(venv, 'bin', 'python');
  const lock = join(home, 'lock');

  await mkdir(home, { recursive: true });
  while (!existsSync(mark)) {
    if (await tryLock(lock)) {
      try {
        if (!existsSync(mark)) await install(venv, quiet);
        await writeFile(mark, '');
      } finally {
        await rm(lock, { recursive: true, force: true });
      }
    } else {
      await sleep(250);
    }
  }
  return python;
}

async function tryLock(lock) {
  try {
    await mkdir(lock);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    const age = await stat(lock).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > 5 * minute) await rm(lock, { recursive: true, force: true });
    return false;
  }
}

async function install(venv, quiet) {
  if (!quiet) console.error('preparing the sandbox, once');
  const system = process.env.MCPGW_SANDBOX_PYTHON ?? 'python3';
  await run(system, ['-m', 'venv', '--clear', venv]);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', join(here, 'requirements.txt')];
  await run(join(venv, 'bin', 'python'), pip);
}

function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${command} ${args.join(' ')} ended with exit code ${code}`));
    });
  });
}
