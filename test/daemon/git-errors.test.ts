import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toGitError } from '../../src/daemon/git-errors.ts';
import { Secret } from '../../src/engine/secret.ts';

const PLACE = 'https://git.example.test/acme/gateways.git';

const cases: readonly (readonly [title: string, text: string, code: string, says: RegExp])[] = [
  [
    'a host that is not known',
    'Host key verification failed.\r\nfatal: Could not read from remote repository.\n',
    'UnknownHost',
    /compare it with what the forge publishes, and put it into ~\/\.ssh\/known_hosts/,
  ],
  [
    'a key that may not',
    'git@github.com: Permission denied (publickey).\r\nfatal: Could not read from remote repository.\n',
    'AccessDenied',
    /accepts no key of ours \(git@github\.com: Permission denied \(publickey\)\.\): set MCPGW_GIT_SSH_KEY_FILE/,
  ],
  [
    'a key that others may read',
    'Permissions 0644 for \'/key\' are too open.\r\nLoad key "/key": bad permissions\r\ngit@h: Permission denied (publickey).\r\n',
    'AccessDenied',
    /only its owner may read \(mode 600\)/,
  ],
  [
    'a repository that a forge hides',
    'ERROR: Repository not found.\nfatal: Could not read from remote repository.\n',
    'NoSuchRepository',
    /there is no repository at .* that these credentials may see/,
  ],
  [
    'a token that may not read it',
    `remote: Write access to repository not granted.\nfatal: unable to access '${PLACE}/': The requested URL returned error: 403\n`,
    'AccessDenied',
    /refuses the token that MCPGW_GIT_TOKEN or MCPGW_GIT_TOKEN_FILE gives/,
  ],
  [
    'a certificate of an authority of their own',
    `fatal: unable to access '${PLACE}/': SSL certificate problem: unable to get local issuer certificate\n`,
    'BadCertificate',
    /name the authority that signed it with GIT_SSL_CAINFO/,
  ],
  [
    'no name server',
    `fatal: unable to access '${PLACE}/': Could not resolve host: git.example.test\n`,
    'NetworkError',
    /Could not resolve host/,
  ],
  [
    'a forge that is out of order',
    `fatal: unable to access '${PLACE}/': The requested URL returned error: 503\n`,
    'NetworkError',
    /503/,
  ],
  [
    'a pack that is cut',
    'fatal: early EOF\nfatal: fetch-pack: invalid index-pack output\n',
    'NetworkError',
    /early EOF/,
  ],
  ['what nobody foresaw', 'fatal: bad object refs/heads/main\n', 'GitFailed', /git failed with .*: bad object/],
];

for (const [title, text, code, says] of cases)
  test(`${title} is told for what it is`, () => {
    const error = toGitError(new Error(text), PLACE, true);
    assert.equal(error.code, code);
    assert.match(error.message, says);
  });

test('what a server says cannot write on a terminal, is short, and holds no token', () => {
  const token = new Secret('a-token-that-is-secret').open();
  const { message } = toGitError(new Error(`fatal: \u001b[2J${token} ${'x'.repeat(5000)}\n`), PLACE, true);
  assert.ok(message.length < 400);
  assert.doesNotMatch(message, /a-token/);
  assert.ok(!message.includes('\u001b'));
});
