import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A real git server on loopback, over HTTP, with one bare repository in it. */
export interface GitServer {
  readonly url: string;
  readonly folder: string;
  readonly repository: string;
  /** What it asks for; undefined lets everybody in. */
  password: string | undefined;
  /** Cuts what it sends after this many bytes of a pack, and the connection with it. */
  cutAfter: number | undefined;
  /** How many packs were asked for. */
  fetches: number;
  close(): Promise<void>;
}

export async function startGitServer(): Promise<GitServer> {
  const folder = await mkdtemp(join(tmpdir(), 'git-server-'));
  const repository = join(folder, 'gateways.git');
  await run('git', ['init', '--bare', '--quiet', '--initial-branch=main', repository]);
  const http = createServer((request, response) => void serve(server, request, response));
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  const { port } = http.address() as AddressInfo;
  const server: GitServer = {
    url: `http://127.0.0.1:${port}/gateways.git`,
    folder,
    repository,
    password: undefined,
    cutAfter: undefined,
    fetches: 0,
    close: async () => {
      http.closeAllConnections();
      await new Promise((done) => http.close(done));
      await rm(folder, { recursive: true, force: true });
    },
  };
  return server;
}

async function serve(server: GitServer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
  const basic = Buffer.from((request.headers.authorization ?? '').replace(/^Basic /, ''), 'base64').toString();
  if (server.password !== undefined && basic.split(':')[1] !== server.password) {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    return;
  }
  const isPack = pathname.endsWith('/git-upload-pack');
  if (isPack) server.fetches += 1;
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env['PATH'],
      GIT_PROJECT_ROOT: server.folder,
      GIT_HTTP_EXPORT_ALL: '1',
      REQUEST_METHOD: request.method,
      PATH_INFO: pathname,
      QUERY_STRING: search.slice(1),
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      HTTP_GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      REMOTE_USER: 'tester',
    },
  });
  request.pipe(child.stdin);
  child.stdin.on('error', () => undefined);
  let head = Buffer.alloc(0);
  let sent = -1;
  child.stdout.on('data', (chunk: Buffer) => {
    if (sent >= 0) return send(chunk);
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    const fields = head.subarray(0, end).toString().split('\r\n');
    const status = fields.find((line) => line.startsWith('Status: '))?.slice('Status: '.length) ?? '200';
    for (const line of fields.filter((each) => !each.startsWith('Status: '))) {
      const [name = '', value = ''] = line.split(': ');
      response.setHeader(name, value);
    }
    response.writeHead(Number.parseInt(status, 10));
    sent = 0;
    send(head.subarray(end + 4));
  });
  child.stdout.on('end', () => response.end());

  function send(chunk: Buffer): void {
    const { cutAfter } = server;
    // What comes before a pack says what will be in it, and has its name in the middle.
    const isCut = isPack && cutAfter !== undefined && (sent > 0 || chunk.includes('packfile'));
    if (isCut && sent + chunk.length > cutAfter) {
      response.write(chunk.subarray(0, Math.max(0, cutAfter - sent)), () => response.destroy());
      return;
    }
    sent += chunk.length;
    response.write(chunk);
  }
}

/** Serves every repository of a folder by git's own protocol. */
export async function startGitDaemon(folder: string): Promise<{ readonly url: string; stop(): void }> {
  const port = await freePort();
  const args = ['daemon', '--listen=127.0.0.1', `--port=${port}`, '--export-all', `--base-path=${folder}`, folder];
  const exec = (await run('git', ['--exec-path'])).stdout.trim();
  const child = spawn(join(exec, 'git-daemon'), args.slice(1), { stdio: 'ignore' });
  while (!(await answers(port))) await new Promise((done) => setTimeout(done, 20));
  return { url: `git://127.0.0.1:${port}`, stop: () => void child.kill() };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

const answers = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => done(true));
    socket.on('error', () => done(false)).on('connect', () => socket.destroy());
  });

/** Somebody who pushes to it. */
export class Author {
  readonly #server: GitServer;
  readonly folder: string;

  constructor(server: GitServer) {
    this.#server = server;
    this.folder = join(server.folder, 'work');
  }

  async git(...args: readonly string[]): Promise<string> {
    const identity = ['-c', 'user.name=Dev', '-c', 'user.email=dev@example.test'];
    const { stdout } = await run('git', [...identity, ...args], { cwd: this.folder });
    return stdout.trim();
  }

  async start(): Promise<this> {
    await mkdir(this.folder, { recursive: true });
    await this.git('init', '--quiet', '--initial-branch=main');
    await this.git('remote', 'add', 'origin', this.#server.repository);
    return this;
  }

  /** Commits these files, with the key when one is given; answers with the commit. */
  async commit(files: Readonly<Record<string, string>>, key?: string): Promise<string> {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(this.folder, name)), { recursive: true });
      await writeFile(join(this.folder, name), text);
    }
    await this.git('add', '--all');
    const signing = key === undefined ? [] : ['-c', 'gpg.format=ssh', '-c', `user.signingkey=${key}`];
    const sign = key === undefined ? '--no-gpg-sign' : '--gpg-sign';
    await this.git(...signing, 'commit', '--quiet', '--allow-empty', sign, '-m', 'change');
    return this.git('rev-parse', 'HEAD');
  }

  async push(...what: readonly string[]): Promise<void> {
    await this.git('push', '--quiet', '--force', 'origin', ...(what.length === 0 ? ['main'] : what));
  }
}

/** Makes an SSH key; answers with its file. */
export async function makeKey(folder: string, name: string): Promise<string> {
  const file = join(folder, name);
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file]);
  return file;
}
