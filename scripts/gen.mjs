// Makes src/spec/generated from the JSON Schemas: the manifests' types, and validators compiled ahead of time, so that no
// command pays for compiling a schema when it starts.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';
import addFormats from 'ajv-formats';
import { build } from 'esbuild';
import { compile } from 'json-schema-to-typescript';

const root = new URL('../', import.meta.url);
const generated = new URL('src/spec/generated/', root);
const kinds = ['gateway', 'controller'];
const schemas = await Promise.all(
  kinds.map(async (kind) => JSON.parse(await readFile(new URL(`schemas/${kind}.v1alpha1.json`, root), 'utf8'))),
);
const types = await Promise.all(
  schemas.map((schema) =>
    compile(schema, schema.title, { additionalProperties: false, bannerComment: '', unreachableDefinitions: false }),
  ),
);

const ajv = new Ajv({ allErrors: true, discriminator: true, strict: true, code: { source: true, esm: true } });
addFormats.default(ajv);
for (const schema of schemas) ajv.addSchema(schema);
const nameOf = ({ title }) => `validate${title}`;
const validators = Object.fromEntries(schemas.map((schema) => [nameOf(schema), schema.$id]));
const { outputFiles } = await build({
  stdin: { contents: standalone.default(ajv, validators), resolveDir: root.pathname },
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  write: false,
});

const declaration = `import type { ErrorObject } from 'ajv';
${schemas.map(({ title }, i) => `import type { ${title} } from './${kinds[i]}-manifest.js';`).join('\n')}

interface Validate<T> {
  (data: unknown): data is T;
  errors?: ErrorObject[] | null;
}

${schemas.map((schema) => `export declare const ${nameOf(schema)}: Validate<${schema.title}>;`).join('\n')}
`;

await mkdir(generated, { recursive: true });
await Promise.all([
  ...types.map((text, i) => writeIfChanged(`${kinds[i]}-manifest.ts`, text)),
  writeIfChanged('validate.mjs', outputFiles[0].text),
  writeIfChanged('validate.d.mts', declaration),
]);

/** Leaves an unchanged file alone, so that an incremental compile stays incremental. */
async function writeIfChanged(name, text) {
  const file = new URL(name, generated);
  const before = await readFile(file, 'utf8').catch(() => undefined);
  if (before !== text) await writeFile(file, text);
}
