// Makes src/http/page/generated from what runs in the browser: each file as text under a name that changes with it, so
// that the daemon serves the page from within its bundle and browsers may keep what they have loaded.
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';

const root = new URL('../', import.meta.url);
const page = new URL('src/http/page/', root);

const script = await bundled('browser/page.ts', { format: 'esm' });
const style = await bundled('browser/page.css', {});

const module = `/** What the browser loads. */
export const assets = ${JSON.stringify(
  {
    script: asset('page', 'js', 'text/javascript; charset=utf-8', script),
    style: asset('page', 'css', 'text/css; charset=utf-8', style),
  },
  null,
  2,
)} as const;
`;

const target = new URL('generated/assets.ts', page);
await mkdir(new URL('generated/', page), { recursive: true });
const before = await readFile(target, 'utf8').catch(() => undefined);
// An unchanged file is left alone, so that an incremental compile stays incremental.
if (before !== module) await writeFile(target, module);

async function bundled(file, options) {
  const { outputFiles } = await build({
    absWorkingDir: page.pathname,
    entryPoints: [file],
    bundle: true,
    minify: true,
    write: false,
    target: ['chrome111', 'firefox113', 'safari16.4'],
    ...options,
  });
  return outputFiles[0].text;
}

function asset(name, extension, type, text) {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 10);
  return { path: `/assets/${name}-${hash}.${extension}`, type, text };
}
