import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { revisionOf, shortRevision } from '../../src/state/revision.ts';

describe('the revision of a manifest', () => {
  let folder: string;
  const git = (...args: readonly string[]): string =>
    execFileSync(
      'git',
      [
        '-C',
        folder,
        '-c',
        'user.name=t',
        '-c',
        'user.email=t@example.com',
        '-c',
        'commit.gpgsign=false',
        '-c',
        'core.hooksPath=/dev/null',
        ...args,
      ],
      { encoding: 'utf8' },
    ).trim();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mcpgw-revision-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test('is a hash of its text where there is no repository', async () => {
    assert.match(await revisionOf(join(folder, 'a.yaml'), 'one'), /^sha256:[0-9a-f]{64}$/);
    assert.notEqual(await revisionOf(join(folder, 'a.yaml'), 'one'), await revisionOf(join(folder, 'a.yaml'), 'two'));
  });

  test('is the commit that holds just this text', async () => {
    git('init', '--quiet');
    await writeFile(join(folder, 'a.yaml'), 'zwölf\n');
    git('add', 'a.yaml');
    git('commit', '--quiet', '-m', 'first');
    assert.equal(await revisionOf(join(folder, 'a.yaml'), 'zwölf\n'), git('rev-parse', 'HEAD'));
  });

  test('counts what the manifest lies over as if it stood in it', async () => {
    const [file, base] = [join(folder, 'a.yaml'), join(folder, 'base.yaml')];
    await writeFile(base, 'one\n');
    const [one, two] = await Promise.all(
      ['one\n', 'two\n'].map((text) => revisionOf(file, 'zwölf\n', [{ file: base, text }])),
    );
    assert.match(one ?? '', /^sha256:/);
    assert.notEqual(one, two);
    git('add', 'base.yaml');
    git('commit', '--quiet', '-m', 'base');
    const committed = await revisionOf(file, 'zwölf\n', [{ file: base, text: 'one\n' }]);
    assert.equal(committed, git('rev-parse', 'HEAD'));
  });

  test('is a hash again while the text differs from the commit, and for a file in no commit', async () => {
    assert.match(await revisionOf(join(folder, 'a.yaml'), 'thirteen\n'), /^sha256:/);
    assert.match(await revisionOf(join(folder, 'b.yaml'), 'zwölf\n'), /^sha256:/);
  });
});

test('for people it is short', () => {
  assert.equal(shortRevision('3f2c1abc07d5f2a9e5a3b3f3d0f3c8c1a1b2c3d4'), '3f2c1ab');
  assert.equal(shortRevision(`sha256:${'0123456789abcdef'.repeat(4)}`), 'sha256:0123456789ab');
});
