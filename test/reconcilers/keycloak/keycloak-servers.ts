import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** A Keycloak on loopback that nobody has touched but its administrator, who is called `admin`. */
export interface KeycloakProcess {
  readonly url: string;
  stop(): Promise<void>;
}

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const VERSION = process.env['MCPGW_KEYCLOAK_VERSION'] ?? '26.7.3';
const home = process.env['MCPGW_KEYCLOAK_HOME'] ?? join(root, '.keycloak');
const distribution = join(home, `keycloak-${VERSION}`);

/** Why the real one cannot run here; where everything must run that is a failure. */
export function whyNoKeycloak(): string | false {
  const missing = ['java', 'mvn', 'python3'].filter((command) => spawnSync(command, ['--version']).status !== 0);
  if (missing.length === 0) return false;
  const message = `no ${missing.join(', ')}: apt-get install openjdk-17-jre-headless maven python3`;
  if (process.env['CI'] !== undefined) throw new Error(message);
  return message;
}

/** The program that the sandbox has in the place of Keycloak. */
export async function startSandboxKeycloak(password: string): Promise<KeycloakProcess> {
  const python = process.env['MCPGW_SANDBOX_PYTHON'] ?? 'python3';
  const child = spawn(python, [join(root, 'sandbox', 'keycloak.py'), 'admin'], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.write(`${password}\n`);
  const port = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error("the sandbox's Keycloak did not start")));
    createInterface({ input: child.stdout }).once('line', resolve);
  });
  return { url: `http://127.0.0.1:${port}`, stop: () => ended(child, () => child.stdin.end()) };
}

/** The real one, with a database of its own that goes with it. The first start on a machine fetches it and takes minutes. */
export async function startKeycloak(password: string): Promise<KeycloakProcess> {
  if (!existsSync(distribution)) await install();
  const data = await mkdtemp(join(tmpdir(), 'keycloak-'));
  const [port, management] = await Promise.all([freePort(), freePort()]);
  const url = `http://127.0.0.1:${port}`;
  const options = [
    '--optimized',
    '--http-enabled=true',
    `--hostname=${url}`,
    '--proxy-headers=xforwarded',
    '--http-host=127.0.0.1',
    `--http-port=${port}`,
    '--http-management-host=127.0.0.1',
    `--http-management-port=${management}`,
    '--cache=local',
  ];
  const child = spawn('bash', [join(distribution, 'bin', 'kc.sh'), 'start', ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...javaEnvironment(),
      KC_BOOTSTRAP_ADMIN_USERNAME: 'admin',
      KC_BOOTSTRAP_ADMIN_PASSWORD: password,
      KC_DB_URL: `jdbc:h2:file:${data}/keycloak;NON_KEYWORDS=VALUE`,
    },
  });
  let said = '';
  child.stdout.on('data', (chunk) => (said = (said + String(chunk)).slice(-4000)));
  // It listens before it is ready, and answers 503 meanwhile.
  while (
    !(await fetch(`${url}/realms/master`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (child.exitCode !== null) throw new Error(`Keycloak did not start\n${said}`);
    await sleep(250);
  }
  return {
    url,
    async stop() {
      await ended(child, () => child.kill('SIGTERM'));
      await rm(data, { recursive: true, force: true });
    },
  };
}

// Small and soon there rather than fast in the long run.
const javaEnvironment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  JAVA_OPTS_KC_HEAP: '-Xms32m -Xmx256m',
  JAVA_OPTS_APPEND: '-XX:-UseG1GC -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=64m -Xss512k',
});

async function install(): Promise<void> {
  await mkdir(home, { recursive: true });
  const folder = await mkdtemp(join(home, 'new-'));
  const artifact = `org.keycloak:keycloak-quarkus-dist:${VERSION}:zip`;
  await run('mvn', ['-q', '-B', 'dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`]);
  await run('python3', ['-m', 'zipfile', '-e', join(folder, `keycloak-quarkus-dist-${VERSION}.zip`), folder]);
  const unpacked = join(folder, `keycloak-${VERSION}`);
  await run('bash', [join(unpacked, 'bin', 'kc.sh'), 'build', '--db=dev-file', '--health-enabled=true']);
  // Several may have come at once: the first to be done is taken.
  if (!existsSync(distribution)) await rename(unpacked, distribution);
  await rm(folder, { recursive: true, force: true });
}

function run(command: string, args: readonly string[]): Promise<void> {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'], env: javaEnvironment() });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} ${args.join(' ')} ended with exit code ${code}`)),
    );
  });
}

function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function ended(child: ChildProcess, end: () => void): Promise<void> {
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  end();
  return gone;
}
