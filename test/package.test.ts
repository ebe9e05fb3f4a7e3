import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { access, readdir, readFile } from 'node:fs/promises';
import test from 'node:test';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const run = promisify(execFile);

interface Packed {
  readonly files: readonly { readonly path: string }[];
}

async function pack(): Promise<Packed> {
  const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts']);
  const [packed]: [Packed] = JSON.parse(stdout);
  return packed;
}

async function filesIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder)).map((file) => `${folder}/${file}`);
}

test('the package holds the bundle, the schemas, its description and its licence, and nothing else', async () => {
  const bundle = await filesIn('dist/bundle');
  const expected = [...bundle, ...(await filesIn('schemas')), 'LICENSE', 'README.md', 'package.json'];
  const { files } = await pack();
  assert.deepEqual(files.map(({ path }) => path).toSorted(), expected.toSorted());
  assert.ok(bundle.includes('dist/bundle/mcpgw-controller.js'));
  assert.deepEqual(
    bundle.filter((file) => !/\.js(?:\.map)?$/.test(file)),
    [],
  );
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
