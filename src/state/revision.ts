import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { basename, dirname, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

interface Text {
  readonly file: string;
  readonly text: string;
}

/**
 * What a manifest's text is called: the commit that has just this text in this file, else the text's own hash.
 * @param bases what it lies over: they count as if they stood in it
 */
export async function revisionOf(file: string, text: string, bases: readonly Text[] = []): Promise<string> {
  const commits = await Promise.all([{ file, text }, ...bases].map((each) => commitWith(each.file, each.text)));
  const [commit] = commits;
  if (commit !== undefined && commits.every((each) => each === commit)) return commit;
  const hash = [text, ...bases.map((each) => each.text)].reduce((sum, each) => sum.update(each), createHash('sha256'));
  return `sha256:${hash.digest('hex')}`;
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
