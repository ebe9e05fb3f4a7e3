import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

const loader = `
  import { writeSync } from 'node:fs';
  export function load(url, context, next) {
    if (url.startsWith('file:')) writeSync(2, 'loaded ' + url + '\\n');
    return next(url, context);
  }`;
const asModule = (text: string): string => `data:text/javascript,${encodeURIComponent(text)}`;
const hook = asModule(`import { register } from 'node:module'; register(${JSON.stringify(asModule(loader))});`);

/** The sources in all that a command loads of the bundle. */
async function sourcesOf(...args: readonly string[]): Promise<readonly string[]> {
  const { stderr } = await run(process.execPath, ['--import', hook, 'bin/mcpgw-controller.js', ...args]);
  const files = [...stderr.matchAll(/^loaded (file:.*\/dist\/bundle\/.*)$/gm)].map((found) =>
    fileURLToPath(found[1] ?? ''),
  );
  assert(files.length > 1, stderr);
  const maps = files.map(async (file) => {
    const { sources }: { readonly sources: readonly string[] } = JSON.parse(await readFile(`${file}.map`, 'utf8'));
    return sources;
  });
  return (await Promise.all(maps)).flat();
}

// Loading the clients takes most of the time until a command does something.
for (const args of [['--help'], ['version'], ['plan', '--help'], ['validate', '-f', 'manifests/cloudfront.yaml']])
  test(`\`${args.join(' ')}\` loads no AWS client`, async () => {
    const sources = await sourcesOf(...args);
    assert(sources.some((source) => source.endsWith('src/cli/main.ts')));
    assert.deepEqual(
      sources.filter((source) => /\/@aws-sdk\/client-|\/src\/aws\/sdk\//.test(source)),
      [],
    );
  });

test('a client brings the shapes that its commands use, and no others', async () => {
  const clients = (await readdir('dist/bundle')).filter((file) => /^ec2-.*\.js$/.test(file));
  assert.equal(clients.length, 1);
  const text = await readFile(`dist/bundle/${clients[0] ?? ''}`, 'utf8');
  assert.match(text, /DescribeVpcs/);
  assert.doesNotMatch(text, /FpgaImage/);
});
