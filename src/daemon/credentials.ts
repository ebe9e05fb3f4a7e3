import { readFile } from 'node:fs/promises';
import { stalled } from '../engine/errors.ts';
import { Secret } from '../engine/secret.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What the variable `<name>` holds, else the file that `<name>_FILE` names; undefined when both are unset. */
export async function secretFrom(environment: Environment, name: string): Promise<Secret | undefined> {
  const file = environment[`${name}_FILE`] ?? '';
  const given = environment[name] ?? '';
  const value = given === '' && file !== '' ? await textOf(file, name) : given;
  return value === '' ? undefined : new Secret(value);
}

async function textOf(file: string, name: string): Promise<string> {
  let text: string;
  try {
    text = (await readFile(file, 'utf8')).trim();
  } catch {
    throw stalled('NoSecretFile', `the file ${file} that ${name}_FILE names cannot be read: check its name and mode`);
  }
  if (text === '')
    throw stalled('NoSecretFile', `the file ${file} that ${name}_FILE names is empty: write the value into it`);
  return text;
}
