import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { basename, dirname, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What a manifest's text is called: the commit that has just this text in this file, else the text's own hash. */
export async function revisionOf(file: string, text: string): Promise<string> {
  return (await commitWith(file, text)) ?? `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** For people. */
export const shortRevision = (revision: string): string =>
  revision.startsWith('sha256:') ? revision.slice(0, 'sha256:'.length + 12) : revision.slice(0, 7);

async function commitWith(file: string, text: string): Promise<string | undefined> {
  const path = resolve(file);
  try {
    const { stdout } = await run('git', ['-C', dirname(path), 'rev-parse', 'HEAD', `HEAD:./${basename(path)}`]);
    const [commit, blob] = stdout.split('\n');
    return commit !== '' && blob === blobOf(text) ? commit : undefined;
  } catch {
    // No git, no repository, no commit yet, or a file that is in none.
    return undefined;
  }
}

/** The name that git gives to a file's content. */
function blobOf(text: string): string {
  const content = Buffer.from(text);
  return createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
}
