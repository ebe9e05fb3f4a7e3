import { readdir, rm } from 'node:fs/promises';
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
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
  });
  const written = new Set(Object.keys(metafile.outputs).map((file) => basename(file)));
  const stale = (await readdir(outdir)).filter((file) => !written.has(file));
  await Promise.all(stale.map((file) => rm(`${outdir}/${file}`, { recursive: true })));
}
