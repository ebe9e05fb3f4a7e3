// Writes docs/manifest.md from the JSON Schema; with --check it only says whether the file is stale.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';

const target = new URL('../docs/manifest.md', import.meta.url);
const schema = JSON.parse(await readFile(new URL('../schemas/gateway.v1alpha1.json', import.meta.url), 'utf8'));
const example = await readFile(new URL('../manifests/cloudfront.yaml', import.meta.url), 'utf8');

const text = await format(reference(), { ...(await resolveConfig(target)), parser: 'markdown' });
const before = await readFile(target, 'utf8').catch(() => '');
if (process.argv.includes('--check')) {
  if (text !== before) {
    console.error('docs/manifest.md is stale: run npm run gen:docs');
    process.exitCode = 1;
  }
} else if (text !== before) {
  await mkdir(new URL('.', target), { recursive: true });
  await writeFile(target, text);
}

function reference() {
  const { metadata, spec } = schema.properties;
  const groups = Object.entries(spec.properties).filter(([, node]) => isGroup(node));
  const single = Object.entries(spec.properties).filter(([, node]) => !isGroup(node));
  return [
    '<!-- Generated from schemas/gateway.v1alpha1.json by npm run gen:docs. Change the schema, not this file. -->',
    '# The manifest',
    'A manifest describes one gateway. What it leaves out has a default; this one is complete:',
    fence('yaml', example),
    [
      'Several documents, separated by `---`, may stand in one file, and several files in a folder.',
      '`mcpgw-controller validate -f <file or folder>` checks them without credentials and names every problem with its',
      'line. The same form is a [JSON Schema](../schemas/gateway.v1alpha1.json), by which editors complete and check a',
      'manifest: put `# yaml-language-server: $schema=<path or URL of the schema>` on its first line.',
    ].join(' '),
    '## The document',
    table([
      ...rows('apiVersion', schema.properties.apiVersion, true),
      ...rows('kind', schema.properties.kind, true),
      ...rows('metadata', metadata, true),
    ]),
    '## spec',
    table(single.flatMap(([key, node]) => rows(key, node, isRequired(spec, key)))),
    ...groups.flatMap(([key, node]) => [`## spec.${key}`, node.description, ...group(key, node)]),
    '## Secrets',
    secrets(),
  ].join('\n\n');
}

/** The services share their fields, so that each set of defaults is written once. */
function group(key, node) {
  if (key !== 'services') {
    return [table(Object.entries(node.properties).flatMap(([name, each]) => rows(name, each, isRequired(node, name))))];
  }
  const refs = [...new Set(Object.values(node.properties).map((each) => each.$ref))];
  return refs.flatMap((ref) => {
    const members = Object.entries(node.properties).filter(([, each]) => each.$ref === ref);
    const form = resolve({ $ref: ref });
    return [
      `### ${members.map(([name]) => `\`${name}\``).join(', ')}`,
      form.description,
      table(Object.entries(form.properties).flatMap(([name, each]) => rows(name, each, false))),
    ];
  });
}

function secrets() {
  const { properties, description } = schema.$defs.secretSource;
  return `${description} Where \`generate\` makes no sense, as for the key of another service, it is not allowed.\n\n${table(
    Object.entries(properties).flatMap(([name, each]) => rows(name, each, false)),
  )}`;
}

function rows(path, given, required) {
  const node = resolve(given);
  const isSecret = ['SecretSource', 'SuppliedSecret'].includes(node.title);
  if (isGroup(node) && !isSecret) {
    const inner = Object.entries(node.properties).flatMap(([name, each]) =>
      rows(`${path}.${name}`, each, isRequired(node, name)),
    );
    return [{ path, type: 'group', fallback: required ? 'required' : '', says: node.description }, ...inner];
  }
  const fallback = required ? 'required' : node.default === undefined ? '' : code(JSON.stringify(node.default));
  return [
    {
      path,
      type: isSecret ? '[secret](#secrets)' : typeOf(node),
      fallback,
      says: `${node.description}${limits(node)}`,
    },
  ];
}

function typeOf(node) {
  if (node.enum) return node.enum.length > 24 ? node.type : node.enum.map((each) => code(String(each))).join(', ');
  if (node.const !== undefined) return code(String(node.const));
  if (node.type === 'array') return `list of ${typeOf(resolve(node.items))}`;
  return node.type === 'object' ? 'names and texts' : node.type;
}

function limits({ minimum, maximum, examples }) {
  const range = minimum === undefined ? '' : ` ${minimum} to ${maximum}.`;
  return `${range} Example: ${code(JSON.stringify(examples[0]))}.`;
}

function table(entries) {
  const lines = entries.map(({ path, type, fallback, says }) =>
    [code(path), type, fallback, says].map(cell).join(' | '),
  );
  return ['Field | Value | Default | Meaning', '--- | --- | --- | ---', ...lines]
    .map((line) => `| ${line} |`)
    .join('\n');
}

function resolve(node) {
  return node.$ref ? { ...schema.$defs[node.$ref.replace('#/$defs/', '')], ...node } : node;
}

function isGroup(node) {
  return resolve(node).properties !== undefined;
}

function isRequired(node, key) {
  return (node.required ?? []).includes(key);
}

function cell(text) {
  return text.replaceAll('|', '\\|');
}

function code(text) {
  return `\`${text}\``;
}

function fence(language, body) {
  return `\`\`\`${language}\n${body}\`\`\``;
}
