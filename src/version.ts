import { readFileSync } from 'node:fs';

// Compiled and bundled files both lie two folders below package.json.
const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');

export const { version } = JSON.parse(text) as { readonly version: string };
