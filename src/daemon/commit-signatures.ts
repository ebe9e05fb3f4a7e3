import { readFile } from 'node:fs/promises';
import { stalled } from '../engine/errors.ts';
import { plainText } from './git-errors.ts';

type Run = (args: readonly string[]) => Promise<string>;

/**
 * Who signed a commit, as the file of allowed signers calls them.
 * @param signers a file in the form of ssh-keygen's allowed signers
 * @throws {ReconcileError} when nobody did, or nobody who is listed
 */
export async function signerOf(run: Run, commit: string, signers: string): Promise<string> {
  const accepted = await listed(signers);
  const answer = await run([
    '-c',
    'gpg.format=ssh',
    '-c',
    `gpg.ssh.allowedSignersFile=${signers}`,
    'log',
    '-1',
    '--format=%G?%x00%GS%x00%GK%x00%an <%ae>',
    commit,
  ]);
  const [grade = '', signer = '', key = '', author = ''] = answer.trimEnd().split('\0');
  // A key in somebody's GnuPG keyring is good to git, and is listed nowhere here.
  const isListed = grade === 'G' && key.startsWith('SHA256:');
  if (isListed) return plainText(signer);
  const what = `commit ${commit.slice(0, 7)} by ${plainText(author)} ${REASONS[grade] ?? 'has no signature that can be checked'}`;
  const by = key === '' ? '' : ` (key ${plainText(key)})`;
  throw stalled(
    grade === 'N' ? 'NotSigned' : 'UnknownSigner',
    `${what}${by}; only commits signed by ${accepted.join(', ')} are followed (${signers}). Sign it with one of their SSH keys, or add the key to that file`,
  );
}

const REASONS: Readonly<Record<string, string>> = {
  N: 'is not signed',
  G: 'is signed with OpenPGP and not with an SSH key',
  B: 'has a signature that does not fit what it says',
  U: 'is signed by somebody who is not listed',
  X: 'has a signature that has expired',
  Y: 'is signed with a key that has expired',
  R: 'is signed with a key that was revoked',
};

async function listed(signers: string): Promise<readonly string[]> {
  let text: string;
  try {
    text = await readFile(signers, 'utf8');
  } catch {
    throw stalled('NoSigners', `the file of allowed signers ${signers} cannot be read: check its name and mode`);
  }
  const lines = text.split('\n').filter((line) => /^[^#\s]/.test(line));
  const names = [...new Set(lines.map((line) => line.split(/\s/)[0] ?? ''))];
  if (names.length === 0)
    throw stalled(
      'NoSigners',
      `the file of allowed signers ${signers} lists nobody: write a line like "dev@example.com namespaces="git" ssh-ed25519 AAAA…"`,
    );
  return names;
}
