// Makes src/spec/generated from the JSON Schema: the manifest's types, and a validator compiled ahead of time,
// so that no command pays for compiling a schema when it starts.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';
import addFormats from 'ajv-formats';
import { build } from 'esbuild';
import { compile } from 'json-schema-to-typescript';

const root = new URL('../', import.meta.url);
const generated = new URL('src/spec/generated/', root);
const schema = JSON.parse(await readFile(new URL('schemas/gateway.v1alpha1.json', root), 'utf8'));

const manifest = await compile(schema, schema.title, {
  additionalProperties: false,
  bannerComment: '',
  unreachableDefinitions: false,
});

const ajv = new Ajv({ allErrors: true, discriminator: true, strict: true, code: { source: true, esm: true } });
addFormats.default(ajv);
const { outputFiles } = await build({
  stdin: { contents: standalone.default(ajv, ajv.compile(schema)), resolveDir: root.pathname },
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  write: false,
});

const declaration = `import type { ErrorObject } from 'ajv';
import type { ${schema.title} } from './manifest.js';

export declare const validate: {
  (data: unknown): data is ${schema.title};
  errors?: ErrorObject[] | null;
};
`;

await mkdir(generated, { recursive: true });
await Promise.all([
  writeIfChanged('manifest.ts', manifest),
  writeIfChanged('validate.mjs', outputFiles[0].text),
  writeIfChanged('validate.d.mts', declaration),
]);

/** Leaves an unchanged file alone, so that an incremental compile stays incremental. */
async function writeIfChanged(name, text) {
  const file = new URL(name, generated);
  const before = await readFile(file, 'utf8').catch(() => undefined);
  if (before !== text) await writeFile(file, text);
}
