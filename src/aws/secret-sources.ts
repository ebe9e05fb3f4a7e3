import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { stalled } from '../engine/errors.ts';
import { Secret } from '../engine/secret.ts';

/** Where a secret value that somebody gives comes from; never the value itself. */
export type SecretSource =
  | { readonly env: string }
  | { readonly file: string }
  | { readonly secretArn: string; readonly key?: string | undefined }
  | { readonly ssmParameter: string };

/** Opens the sources that this process has. */
export interface SecretSources {
  /** Undefined when the source is absent here: an unset variable, a missing file. */
  open(source: SecretSource): Promise<Secret | undefined>;
}

interface Remote {
  secretValue(arn: string): Promise<string | undefined>;
  parameterValue(name: string): Promise<string | undefined>;
}

/** @param directory where relative file names start: the manifest's folder */
export function secretSources(
  environment: Readonly<Record<string, string | undefined>>,
  directory: string,
  remote: Remote,
): SecretSources {
  const read = async (source: SecretSource): Promise<string | undefined> => {
    if ('env' in source) return environment[source.env];
    if ('file' in source) return (await readText(resolve(directory, source.file)))?.replace(/\r?\n$/, '');
    if ('ssmParameter' in source) return remote.parameterValue(source.ssmParameter);
    const text = await remote.secretValue(source.secretArn);
    return text === undefined || source.key === undefined ? text : member(text, source.key, source.secretArn);
  };
  return {
    open: async (source) => {
      const value = await read(source);
      return value === undefined || value === '' ? undefined : new Secret(value);
    },
  };
}

/** Opens what is on this machine, and nothing else. */
export const localSources = (
  environment: Readonly<Record<string, string | undefined>>,
  directory: string,
): SecretSources => {
  const nowhere = async (): Promise<undefined> => undefined;
  return secretSources(environment, directory, { secretValue: nowhere, parameterValue: nowhere });
};

/** Opens each source once. */
export function openedOnce({ open }: SecretSources): SecretSources {
  const opened = new Map<string, Promise<Secret | undefined>>();
  return {
    open(source) {
      const key = JSON.stringify(source);
      const value = opened.get(key) ?? open(source);
      opened.set(key, value);
      return value;
    },
  };
}

/** A source in words. */
export function sourceText(source: SecretSource): string {
  if ('env' in source) return `the environment variable ${source.env}`;
  if ('file' in source) return `the file ${source.file}`;
  if ('ssmParameter' in source) return `the parameter ${source.ssmParameter}`;
  return `the secret ${source.secretArn}${source.key === undefined ? '' : ` (member "${source.key}")`}`;
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** One member of a secret that holds a JSON object. What the parser says of the text would give some of it away. */
export function member(text: string, key: string, where: string): string {
  let value: unknown;
  try {
    value = (JSON.parse(text) as Record<string, unknown>)[key];
  } catch {
    throw stalled('NotJson', `${where} does not hold a JSON object, so it has no member "${key}"`);
  }
  if (typeof value !== 'string') throw stalled('NoSuchMember', `${where} has no text member "${key}"`);
  return value;
}
