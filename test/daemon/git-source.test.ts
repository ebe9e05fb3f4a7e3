import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { gitSource, type GitSource, type GitSourceOptions } from '../../src/daemon/git-source.ts';
import { must, ReconcileError } from '../../src/engine/errors.ts';
import { systemClock, timing } from '../../src/engine/timing.ts';
import { startSshServer } from './ssh-server.ts';
import { Author, makeKey, startGitDaemon, startGitServer, type GitServer } from './git-server.ts';

const MANIFEST = 'kind: Gateway\n';

describe('a git repository', () => {
  let server: GitServer;
  let author: Author;
  let cache: string;
  let messages: string[];

  beforeEach(async () => {
    server = await startGitServer();
    author = await new Author(server).start();
    cache = await mkdtemp(join(tmpdir(), 'git-cache-'));
    messages = [];
  });
  afterEach(async () => {
    await server.close();
    await rm(cache, { recursive: true, force: true });
  });

  const follow = (options: Partial<GitSourceOptions> = {}): GitSource =>
    gitSource({
      url: server.url,
      follow: {},
      cache,
      environment: { PATH: process.env['PATH'], HOME: cache },
      clock: systemClock,
      timing: timing(0.01),
      onMessage: (message) => messages.push(message),
      ...options,
    });
  const next = (source: GitSource): ReturnType<GitSource['next']> => source.next(new AbortController().signal);
  const fails = async (source: GitSource, code: string, says: RegExp): Promise<void> => {
    await assert.rejects(next(source), (error) => {
      assert(error instanceof ReconcileError, String(error));
      assert.match(error.message, says);
      assert.equal(error.code, code, error.message);
      return true;
    });
  };

  test('its main branch is followed, and each commit has a folder of its own', async () => {
    const first = await author.commit({ 'gateway.yaml': MANIFEST, 'notes.txt': 'x' });
    await author.push();
    const source = follow();
    const one = await next(source);
    assert.equal(one.revision, first);
    assert.deepEqual(one.files, [join(one.directory, 'gateway.yaml')]);
    const second = await author.commit({ 'gateway.yaml': `${MANIFEST}# 2\n`, 'other.yml': MANIFEST });
    await author.push();
    const two = await next(source);
    assert.equal(two.revision, second);
    assert.equal(two.files.length, 2);
    assert.equal(await readFile(join(one.directory, 'gateway.yaml'), 'utf8'), MANIFEST);
    assert.deepEqual(messages, []);
  });

  test('nothing is fetched while nothing was pushed', async () => {
    await author.commit({ 'gateway.yaml': MANIFEST });
    await author.push();
    const source = follow();
    const state = await next(source);
    const { fetches } = server;
    assert.deepEqual(await next(source), state);
    assert.deepEqual(await next(follow()), state);
    // Asking where the branches are is one request of the same kind.
    assert.equal(server.fetches - fetches, 2);
  });

  test('a branch is followed by name, a folder and a file by path', async () => {
    await author.commit({ 'gateway.yaml': MANIFEST });
    const commit = await author.commit({ 'envs/prod/gateway.yaml': MANIFEST, 'envs/dev/gateway.yaml': MANIFEST });
    await author.push('HEAD:release/1');
    const source = follow({ follow: { branch: 'release/1' }, path: './envs/prod/' });
    const state = await next(source);
    assert.equal(state.revision, commit);
    assert.match(state.directory, /\/envs\/prod$/);
    assert.equal(source.place, `${server.url} release/1 envs/prod`);
    const file = await next(follow({ follow: { branch: 'release/1' }, path: 'gateway.yaml' }));
    assert.deepEqual(file.files, [file.directory]);
  });

  test('of tags, the newest by version is followed; one that fits no pattern is not', async () => {
    await author.commit({ 'gateway.yaml': MANIFEST });
    for (const tag of ['v1.2.0', 'v1.9.0', 'x9.0.0']) await author.git('tag', '--no-sign', tag);
    const newest = await author.commit({ 'gateway.yaml': `${MANIFEST}# 10\n` });
    await author.git('tag', '--no-sign', '-a', '-m', 'ten', 'v1.10.0');
    await author.commit({ 'gateway.yaml': `${MANIFEST}# rc\n` });
    await author.git('tag', '--no-sign', 'v1.10.0-rc1');
    await author.push('--tags');
    assert.equal((await next(follow({ follow: { tags: 'v*' } }))).revision, newest);
    await fails(
      follow({ follow: { tags: 'release-*' } }),
      'NoSuchTag',
      /no tag .* fits "release-\*": it has .*v1\.9\.0/,
    );
  });

  test('a force push is followed, and said', async () => {
    await author.commit({ 'gateway.yaml': MANIFEST });
    await author.commit({ 'gateway.yaml': `${MANIFEST}# 2\n` });
    await author.push();
    const source = follow();
    const before = await next(source);
    await author.git('reset', '--quiet', '--hard', 'HEAD~1');
    const commit = await author.commit({ 'gateway.yaml': `${MANIFEST}# other\n` });
    await author.push();
    assert.equal((await next(source)).revision, commit);
    assert.equal(messages.length, 1);
    assert.match(
      messages[0] ?? '',
      new RegExp(`rewritten.*was at ${before.revision.slice(0, 7)}.*${commit.slice(0, 7)}`),
    );
  });

  test('going back to an earlier commit is a force push too, and is followed', async () => {
    const first = await author.commit({ 'gateway.yaml': MANIFEST });
    await author.push();
    await author.commit({ 'gateway.yaml': `${MANIFEST}# 2\n` });
    await author.push();
    const source = follow();
    await next(source);
    await author.push(`${first}:main`);
    assert.equal((await next(source)).revision, first);
    assert.match(messages.join(), /rewritten/);
  });

  test('many commits at once are no rewriting', async () => {
    await author.commit({ 'gateway.yaml': MANIFEST });
    await author.push();
    const source = follow();
    await next(source);
    for (let i = 0; i < 12; i += 1) await author.commit({ 'gateway.yaml': `${MANIFEST}# ${i}\n` });
    await author.push();
    await next(source);
    assert.deepEqual(messages, []);
  });

  test('a repository that needs a password says what to set, and a token opens it', async () => {
    const commit = await author.commit({ 'gateway.yaml': MANIFEST });
    await author.push();
    server.password = 'correct-horse-battery';
    const environment = { PATH: process.env['PATH'], HOME: cache };
    await fails(follow(), 'AccessDenied', /needs a password: set MCPGW_GIT_TOKEN/);
    const wrong = { ...environment, MCPGW_GIT_TOKEN: 'not-the-right-one' };
    await assert.rejects(next(follow({ environment: wrong })), (error) => {
      assert.match(String(error), /refuses the token/);
      assert.doesNotMatch(String(error), /not-the-right-one/);
      return true;
    });
    const right = { ...environment, MCPGW_GIT_TOKEN: server.password };
    assert.equal((await next(follow({ environment: right }))).revision, commit);
    await writeFile(join(cache, 'token'), `${server.password}\n`);
    const byFile = { ...environment, MCPGW_GIT_TOKEN_FILE: join(cache, 'token') };
    assert.equal((await next(follow({ environment: byFile }))).revision, commit);
    const kept = await readdir(cache, { recursive: true, withFileTypes: true });
    for (const entry of kept.filter((each) => each.isFile() && each.name !== 'token'))
      assert.doesNotMatch(await readFile(join(entry.parentPath, entry.name), 'latin1'), /correct-horse/, entry.name);
  });

  test('a token goes to no other host, not even when the repository is said to be there', async () => {
    const { createServer } = await import('node:http');
    const asked: (string | undefined)[] = [];
    const thief = createServer((request, response) => {
      asked.push(request.headers.authorization);
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    });
    const guide = createServer((request, response) => {
      response.writeHead(302, { location: `${addressOf(thief)}${request.url ?? ''}` }).end();
    });
    for (const each of [thief, guide]) await new Promise<void>((done) => each.listen(0, '127.0.0.1', done));
    const environment = { PATH: process.env['PATH'], HOME: cache, MCPGW_GIT_TOKEN: 'correct-horse-battery' };
    try {
      await assert.rejects(next(follow({ url: `${addressOf(guide)}/gateways.git`, environment })), ReconcileError);
      assert.ok(asked.length > 0);
      assert.deepEqual(
        asked.filter((header) => header !== undefined),
        [],
      );
    } finally {
      for (const each of [thief, guide]) each.close();
    }
  });

  test('what cannot be followed is refused with what to do', async () => {
    const address =
      (url: string): (() => unknown) =>
      () =>
        follow({ url });
    assert.throws(address('https://me:secret@example.test/x.git'), /holds a user name or password.*MCPGW_GIT_TOKEN/);
    assert.throws(address('ext::sh -c "touch /tmp/x"'), /none that git can follow/);
    assert.throws(address('--upload-pack=sh'), /none that git can follow/);
    assert.throws(() => follow({ path: '../x' }), /leads out of the repository/);
    assert.throws(() => follow({ path: '/etc' }), /leads out of the repository/);
    const open = follow({
      url: 'http://git.example.test/x.git',
      environment: { PATH: process.env['PATH'], MCPGW_GIT_TOKEN: 'correct-horse-battery' },
    });
    await fails(open, 'NotEncrypted', /not encrypted.*use https/);
  });

  test('a branch that does not exist is told with those that do', async () => {
    await author.commit({ 'gateway.yaml': MANIFEST });
    await author.push('HEAD:main', 'HEAD:dev');
    await fails(follow({ follow: { branch: 'mian' } }), 'NoSuchBranch', /no branch "mian": it has dev, main/);
  });

  test('an empty repository is an error, and so is one whose branch went away', async () => {
    await fails(follow(), 'EmptyRepository', /has no branch yet/);
    await author.commit({ 'gateway.yaml': MANIFEST });
    await author.push('HEAD:main', 'HEAD:prod');
    const source = follow({ follow: { branch: 'prod' } });
    await next(source);
    await author.push('--delete', 'prod');
    await fails(source, 'NoSuchBranch', /no branch "prod": it has main/);
  });

  test('a repository or a server that is not there is told for what it is', async () => {
    await fails(
      follow({ url: server.url.replace('gateways', 'nothing') }),
      'NoSuchRepository',
      /there is no repository at/,
    );
    await fails(follow({ url: 'http://127.0.0.1:1/x.git' }), 'NetworkError', /could not be fetched: .*connect/);
    await fails(follow({ url: 'git@127.0.0.1:x/y.git' }), 'NetworkError', /could not be fetched/);
  });

  test('a path that is not there is told with what is, and one without manifests is no wish', async () => {
    await author.commit({ 'envs/prod/gateway.yaml': MANIFEST, 'docs/readme.txt': 'x' });
    await author.push();
    await fails(follow({ path: 'envs/prd' }), 'NoSuchPath', /no file or folder "envs\/prd": "envs" has prod/);
    await fails(follow({ path: 'a/b/c' }), 'NoSuchPath', /the repository has docs, envs/);
    await fails(follow({ path: 'docs' }), 'NoManifests', /no manifest in "docs".*nothing is deleted/);
    await author.git('rm', '-r', '--quiet', '.');
    await author.commit({});
    await author.push();
    await fails(follow(), 'NoManifests', /no manifest in its main folder/);
  });

  test('a server that dies in the middle of a pack is tried again, then told, and the next time all is well', async () => {
    const noise = Array.from({ length: 3000 }, () => Math.random().toString(36)).join('\n');
    const first = await author.commit({ 'gateway.yaml': MANIFEST });
    await author.push();
    const source = follow();
    const before = await next(source);
    const second = await author.commit({ 'gateway.yaml': `${MANIFEST}# 2\n`, 'noise.txt': noise });
    await author.push();
    server.cutAfter = 4000;
    const { fetches } = server;
    await fails(source, 'NetworkError', /could not be fetched/);
    assert.ok(server.fetches - fetches >= 3 * 2, `${server.fetches - fetches} requests`);
    assert.equal(before.revision, first);
    assert.equal(await readFile(join(before.directory, 'gateway.yaml'), 'utf8'), MANIFEST);
    server.cutAfter = undefined;
    assert.equal((await next(source)).revision, second);
  });

  test('what a killed git left behind stops nothing', async () => {
    await author.commit({ 'gateway.yaml': MANIFEST });
    await author.push();
    const source = follow();
    await next(source);
    const names = await readdir(cache);
    const clone = join(cache, names[0] ?? '', 'repository.git');
    for (const lock of ['shallow.lock', 'HEAD.lock', 'refs/heads/main.lock', 'packed-refs.lock', 'config.lock'])
      await writeFile(join(clone, lock), '');
    const commit = await author.commit({ 'gateway.yaml': `${MANIFEST}# 2\n` });
    await author.push();
    assert.equal((await next(source)).revision, commit);
  });

  test('a link in the repository leads nowhere', async () => {
    await author.commit({ 'gateway.yaml': MANIFEST });
    await symlink('/etc/passwd', join(author.folder, 'leak.yaml'));
    await author.commit({});
    await author.push();
    const { directory } = await next(follow());
    assert.equal(await readFile(join(directory, 'leak.yaml'), 'utf8'), '/etc/passwd');
  });

  test('an interruption ends a fetch that would go on', async () => {
    const { createServer } = await import('node:http');
    const silent = createServer(() => undefined);
    await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
    const stop = new AbortController();
    const ended = follow({ url: `${addressOf(silent)}/x.git` }).next(stop.signal);
    setTimeout(() => stop.abort(), 200);
    await assert.rejects(ended, { name: 'AbortError' });
    await assert.rejects(
      next(follow({ url: `${addressOf(silent)}/x.git`, timing: { ...timing(0.01), fetch: 200 } })),
      /could not be fetched: .*timeout/,
    );
    silent.closeAllConnections();
    silent.close();
  });

  test('only commits signed by those who are listed are followed, and it says by whom', async () => {
    const key = await makeKey(cache, 'dev');
    const stranger = await makeKey(cache, 'stranger');
    const signers = join(cache, 'signers');
    const publicKey = await readFile(`${key}.pub`, 'utf8');
    await writeFile(signers, `# who may\ndev@example.test namespaces="git" ${publicKey}`);
    const signed = await author.commit({ 'gateway.yaml': MANIFEST }, key);
    await author.push();
    const source = follow({ signers });
    assert.equal((await next(source)).revision, signed);

    const unsigned = await author.commit({ 'gateway.yaml': `${MANIFEST}# 2\n` });
    await author.push();
    await fails(
      source,
      'NotSigned',
      new RegExp(
        `${unsigned.slice(0, 7)} by Dev <dev@example.test> is not signed; only commits signed by dev@example.test`,
      ),
    );

    await author.commit({ 'gateway.yaml': `${MANIFEST}# 3\n` }, stranger);
    await author.push();
    await fails(source, 'UnknownSigner', /is signed by somebody who is not listed \(key SHA256:.*dev@example\.test/);

    const again = await author.commit({ 'gateway.yaml': `${MANIFEST}# 4\n` }, key);
    await author.push();
    assert.equal((await next(source)).revision, again);
    await writeFile(signers, '# nobody\n');
    await fails(source, 'NoSigners', /lists nobody: write a line like/);
    await rm(signers);
    await fails(source, 'NoSigners', /cannot be read/);
  });

  test("a signature that only somebody's GnuPG keyring vouches for is none", { skip: !hasGpg() }, async () => {
    const home = join(cache, '.gnupg');
    await mkdir(home, { mode: 0o700 });
    const program = join(cache, 'gpg');
    await writeFile(program, `#!/bin/sh\nexec gpg --homedir '${home}' "$@"\n`, { mode: 0o700 });
    const key = ['--batch', '--passphrase', '', '--quick-generate-key', 'dev@example.test', 'ed25519', 'sign'];
    execFileSync(program, key, { stdio: 'pipe' });
    const signers = join(cache, 'signers');
    await writeFile(signers, `dev@example.test ${await readFile(`${await makeKey(cache, 'dev')}.pub`, 'utf8')}`);
    await author.commit({ 'gateway.yaml': MANIFEST });
    const signing = ['-c', `gpg.program=${program}`, '-c', 'user.signingkey=dev@example.test'];
    await author.git(...signing, 'commit', '--quiet', '--amend', '--no-edit', '--gpg-sign');
    const grade = await author.git('-c', `gpg.program=${program}`, 'log', '-1', '--format=%G?');
    assert.equal(grade, 'G');
    await author.push();
    await fails(follow({ signers }), 'UnknownSigner', /is signed with OpenPGP and not with an SSH key/);
    execFileSync('sh', ['-c', `gpgconf --homedir '${home}' --kill all`]);
  });

  test('over SSH the key that is named is used and no other, with a host that is known and no other', async () => {
    const commit = await author.commit({ 'gateway.yaml': MANIFEST });
    await author.push();
    const [key, stranger, hostKey] = await Promise.all(
      ["deploy's key", 'another key', 'host'].map((name) => makeKey(cache, name)),
    );
    const ssh = await startSshServer({ hostKey: must(hostKey, 'host key'), key: must(key, 'key') });
    try {
      const url = `${ssh.url}${server.repository}`;
      const knownHosts = join(cache, 'known_hosts');
      await writeFile(knownHosts, ssh.knownHost);
      const environment = {
        PATH: process.env['PATH'],
        HOME: cache,
        MCPGW_GIT_SSH_KEY_FILE: key,
        MCPGW_GIT_KNOWN_HOSTS_FILE: knownHosts,
      };
      assert.equal((await next(follow({ url, environment }))).revision, commit);
      const other = { ...environment, MCPGW_GIT_SSH_KEY_FILE: stranger };
      await fails(follow({ url, environment: other }), 'AccessDenied', /key/);
      const absent = { ...environment, MCPGW_GIT_SSH_KEY_FILE: join(cache, 'absent') };
      await fails(
        follow({ url, environment: absent }),
        'NoSuchFile',
        /that MCPGW_GIT_SSH_KEY_FILE names cannot be read/,
      );
      await writeFile(knownHosts, '');
      await fails(follow({ url, environment }), 'UnknownHost', /host/);
    } finally {
      await ssh.close();
    }
  });

  test('a git daemon is followed too, and a folder that is a repository', async () => {
    const commit = await author.commit({ 'gateway.yaml': MANIFEST });
    await author.push();
    assert.equal((await next(follow({ url: `file://${server.repository}` }))).revision, commit);
    const daemon = await startGitDaemon(server.folder);
    try {
      assert.equal((await next(follow({ url: `${daemon.url}/gateways.git` }))).revision, commit);
      const absent = follow({ url: `${daemon.url}/nothing.git` });
      await fails(absent, 'NoSuchRepository', /there is no repository at/);
    } finally {
      daemon.stop();
    }
  });

  test('a machine without git, and a cache that cannot be written, are told for what they are', async () => {
    await author.commit({ 'gateway.yaml': MANIFEST });
    await author.push();
    await fails(follow({ environment: { PATH: cache } }), 'NoGit', /"git" is not installed here: install it/);
    await writeFile(join(cache, 'file'), '');
    await fails(
      follow({ cache: join(cache, 'file') }),
      'CacheUnwritable',
      /\(ENOTDIR\).*another folder with XDG_CACHE_HOME/,
    );
  });

  test('a hint reaches who waits for one', async () => {
    const source = follow();
    let hints = 0;
    const end = source.onHint(() => (hints += 1));
    source.hint();
    end();
    source.hint();
    assert.equal(hints, 1);
    await source.close();
  });
});

function hasGpg(): boolean {
  try {
    execFileSync('sh', ['-c', 'command -v gpg'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function addressOf(server: { address(): unknown }): string {
  const { port } = server.address() as { readonly port: number };
  return `http://127.0.0.1:${port}`;
}
