import type { Aws } from '../../aws/aws.ts';
import { codeOf, isForbidden, isGone } from '../../aws/errors.ts';
import { makeNames } from '../../aws/names.ts';
import type { Gateway } from '../../spec/gateway.ts';
import { openSecret } from '../open-secret.ts';
import { suppliedFrom, textOf } from './secret-value.ts';
import { comparisonKey, wantedSecrets, type WantedSecret } from './wanted-secrets.ts';

export interface SuppliedVersions {
  /** The id of the version that each secret of a supplied value should have, by the node's name. */
  readonly versions: ReadonlyMap<string, string>;
  /** Names of the nodes whose supplied value this process cannot compare with what lives. */
  readonly notCompared: readonly string[];
}

/** Opens supplied values, in memory, and says which version of its secret each one is. Opens nothing that lives but one key. */
export async function suppliedVersions(aws: Aws, gateway: Gateway): Promise<SuppliedVersions> {
  const names = makeNames(gateway.name, gateway.region);
  const supplied: WantedSecret[] = [];
  wantedSecrets(gateway, names, (wanted) => suppliedFrom(wanted.content) !== undefined && supplied.push(wanted));
  if (supplied.length === 0) return { versions: new Map(), notCompared: [] };

  const key = await orClosed(openSecret(aws, { $secret: comparisonKey(names).secretName }));
  const found = await Promise.all(
    supplied.map(async ({ name, content }) => [name, (await orClosed(textOf(aws, content, key)))?.versionId] as const),
  );
  return {
    versions: new Map(found.flatMap(([name, version]) => (version === undefined ? [] : [[name, version]]))),
    notCompared: found.flatMap(([name, version]) => (version === undefined ? [name] : [])),
  };
}

/**
 * The versions that would be known if the manifest were another: those of secrets that come from where they do now.
 *
 * @param versions as they are known for `gateway`
 */
export function versionsFor(
  other: Gateway,
  gateway: Gateway,
  versions: SuppliedVersions['versions'],
): SuppliedVersions['versions'] {
  if (versions.size === 0) return versions;
  const [then, now] = [contentsOf(other), contentsOf(gateway)];
  return new Map([...versions].filter(([name]) => then.get(name) === now.get(name)));
}

function contentsOf(gateway: Gateway): ReadonlyMap<string, string> {
  const contents = new Map<string, string>();
  const note = ({ name, content }: WantedSecret): unknown => contents.set(name, JSON.stringify(content));
  wantedSecrets(gateway, makeNames(gateway.name, gateway.region), note);
  return contents;
}

/** The answer, or undefined where there is none for this caller: no such secret yet, no right to read it, or scheduled for deletion. */
async function orClosed<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (
      isGone(error) ||
      isForbidden(error) ||
      codeOf(error) === 'InvalidRequest' ||
      codeOf(error) === 'DecryptionFailure'
    )
      return undefined;
    throw error;
  }
}
