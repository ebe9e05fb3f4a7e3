import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { access, readdir, readFile } from 'node:fs/promises';
import test from 'node:test';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const run = promisify(execFile);

async function packedFiles(): Promise<readonly string[]> {
  const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts']);
  const [{ files }]: [{ readonly files: readonly { readonly path: string }[] }] = JSON.parse(stdout);
  return files.map(({ path }) => path);
}

async function filesIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder)).map((file) => `${folder}/${file}`);
}

test('the package holds the bundle, the schemas, its description and its licence, and nothing else', async () => {
  const expected = new Set([
    ...(await filesIn('dist/bundle')),
    ...(await filesIn('schemas')),
    'LICENSE',
    'README.md',
    'package.json',
  ]);
  const packed = new Set(await packedFiles());
  assert.deepEqual(
    {
      unexpected: [...packed].filter((file) => !expected.has(file)),
      missing: [...expected].filter((file) => !packed.has(file)),
      strange: [...packed].filter((file) => file.startsWith('dist/') && !/\.js(?:\.map)?$/.test(file)),
    },
    { unexpected: [], missing: [], strange: [] },
  );
  assert.ok(packed.has('dist/bundle/mcpgw-controller.js'));
});

test('the bundle is split, so that a command loads what it needs', async () => {
  assert.ok((await filesIn('dist/bundle')).filter((file) => file.endsWith('.js')).length > 2);
});

test('publint finds nothing to say', async () => {
  const { messages, pkg } = await publint({ strict: true });
  assert.deepEqual(
    messages.map((message) => formatMessage(message, pkg ?? {}, { color: false })),
    [],
  );
});

test('all that the image is built from exists', async () => {
  const dockerfile = await readFile('Dockerfile', 'utf8');
  const copies = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap((match) => match[1]?.split(' ') ?? []);
  assert.ok(copies.includes('package-lock.json'));
  await Promise.all(copies.map((source) => access(source)));
});
