import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import ssh2, { type AuthContext, type Connection } from 'ssh2';

/** A real SSH server on loopback that lets one key in, and gives out repositories and nothing else. */
export interface SshServer {
  /** `ssh://git@127.0.0.1:<port>`. */
  readonly url: string;
  /** Its line in a file of known hosts. */
  readonly knownHost: string;
  close(): Promise<void>;
}

/** @param hostKey, key files of private keys, with the public ones beside them as `.pub` */
export async function startSshServer({
  hostKey,
  key,
}: {
  readonly hostKey: string;
  readonly key: string;
}): Promise<SshServer> {
  const [privateKey, publicKey, allowed] = await Promise.all([
    readFile(hostKey, 'utf8'),
    readFile(`${hostKey}.pub`, 'utf8'),
    readFile(`${key}.pub`, 'utf8'),
  ]);
  const open = new Set<Connection>();
  const server = new ssh2.Server({ hostKeys: [privateKey] }, (client) => {
    open.add(client);
    client.on('close', () => open.delete(client)).on('error', () => client.end());
    client.on('authentication', (context) => (isAllowed(context, allowed) ? context.accept() : context.reject()));
    client.on('session', (accept) => {
      accept().on('exec', (agree, refuse, { command }) => {
        if (!command.startsWith('git-upload-pack ')) return refuse();
        const stream = agree();
        const child = spawn('sh', ['-c', command]);
        stream.pipe(child.stdin);
        child.stdout.pipe(stream, { end: false });
        child.stderr.pipe(stream.stderr, { end: false });
        child.once('close', (code) => {
          stream.exit(code ?? 1);
          stream.end();
        });
      });
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `ssh://git@127.0.0.1:${port}`,
    knownHost: `[127.0.0.1]:${port} ${publicKey}`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        for (const client of open) client.end();
      }),
  };
}

function isAllowed(context: AuthContext, allowed: string): boolean {
  if (context.method !== 'publickey') return false;
  const key = ssh2.utils.parseKey(allowed);
  if (key instanceof Error || !context.key.data.equals(key.getPublicSSH())) return false;
  // First the client asks whether the key would do, without a signature.
  if (context.signature === undefined || context.blob === undefined) return true;
  return key.verify(context.blob, context.signature, context.hashAlgo);
}
