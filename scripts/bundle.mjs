import { readdir, readFile, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { build } from 'esbuild';

/** Split on purpose: in one file, `--help` would load every AWS client. */
export async function bundle(root) {
  const outdir = `${root}dist/bundle`;
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { 'mcpgw-controller': 'src/cli/start.ts' },
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    sourcemap: true,
    metafile: true,
    logLevel: 'warning',
    plugins: [plainKeys],
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
  });
  const written = new Set(Object.keys(metafile.outputs).map((file) => basename(file)));
  const stale = (await readdir(outdir)).filter((file) => !written.has(file));
  await Promise.all(stale.map((file) => rm(`${outdir}/${file}`, { recursive: true })));
}

/**
 * Every shape that an AWS client knows is an array with keys like `[_xN]`. A computed key counts as an effect, so one of
 * them keeps thousands of shapes that no command uses, in the bundle and in the memory of what runs.
 */
const plainKeys = {
  name: 'plain keys',
  setup({ onLoad }) {
    onLoad({ filter: /@aws-sdk\/.*\/schemas_\d+\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const values = new Map(
        [...text.matchAll(/^const (_\w+) = ("[^"]*");$/gm)].map(([, name, value]) => [name, value]),
      );
      return {
        contents: text.replace(/\[(_\w+)\]:/g, (key, name) => (values.has(name) ? `${values.get(name)}:` : key)),
      };
    });
  },
};
