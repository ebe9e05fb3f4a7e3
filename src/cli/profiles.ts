import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The profiles that this user's AWS files name, in a sentence. */
export async function profilesText(environment: Readonly<Record<string, string | undefined>>): Promise<string> {
  const folder = join(environment['HOME'] ?? environment['USERPROFILE'] ?? '.', '.aws');
  const files = [
    environment['AWS_CONFIG_FILE'] ?? join(folder, 'config'),
    environment['AWS_SHARED_CREDENTIALS_FILE'] ?? join(folder, 'credentials'),
  ];
  const found = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  const names = new Set(
    found.flatMap((text) =>
      [...text.matchAll(/^\s*\[\s*(?:profile\s+)?([^\]]+?)\s*\]/gm)].map((match) => match[1] ?? ''),
    ),
  );
  const profiles = [...names].filter((name) => !/^(sso-session|services)\s/.test(name));
  return profiles.length === 0
    ? `There are no profiles in ${files.join(' or ')}.`
    : `Known profiles: ${profiles.join(', ')}.`;
}
