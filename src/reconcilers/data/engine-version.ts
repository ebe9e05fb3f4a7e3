const numbers = (version: string): readonly number[] => version.split('.').map(Number);

/** AWS installs minor versions by itself: a later one of the same major is as good as the wanted one. */
export function isLaterMinor(live: string | undefined, wanted: string): boolean {
  if (live === undefined || isMajorChange(live, wanted)) return false;
  const [found, asked] = [numbers(live), numbers(wanted)];
  const i = asked.findIndex((number, at) => number !== found[at]);
  return i < 0 || (found[i] ?? 0) > (asked[i] ?? 0);
}

/** Major versions share no data files and no parameter group. */
export const isMajorChange = (from: string | undefined, to: string): boolean =>
  from !== undefined && numbers(from)[0] !== numbers(to)[0];
