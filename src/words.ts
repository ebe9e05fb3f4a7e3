const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** `3 min 50 s`, `40 s`, `1.4 s`. */
export function duration(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < MINUTE) return `${seconds} s`;
  if (seconds >= HOUR) return both(Math.floor(seconds / HOUR), 'h', Math.floor((seconds % HOUR) / MINUTE), 'min');
  return both(Math.floor(seconds / MINUTE), 'min', seconds % MINUTE, 's');
}

const both = (big: number, unit: string, small: number, smaller: string): string =>
  small === 0 ? `${big} ${unit}` : `${big} ${unit} ${small} ${smaller}`;

/** `26 s ago`, `14 min ago`, `2 h ago`, `3 days ago`. */
export function ago(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < MINUTE) return `${seconds} s ago`;
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min ago`;
  if (seconds < DAY + DAY) return `${Math.floor(seconds / HOUR)} h ago`;
  return `${Math.floor(seconds / DAY)} days ago`;
}

/** `about 12 min`, `under a minute`. */
export function about(seconds: number): string {
  return seconds < MINUTE ? 'under a minute' : `about ${Math.ceil(seconds / MINUTE)} min`;
}

/** `1 change`, `3 changes`. */
export const count = (number: number, noun: string, plural = `${noun}s`): string =>
  `${number} ${number === 1 ? noun : plural}`;

/** `a, b and c`. */
export function list(items: readonly string[]): string {
  const [last, ...others] = [...items].reverse();
  return others.length === 0 ? (last ?? '') : `${others.reverse().join(', ')} and ${last ?? ''}`;
}

/** The first few, and how many there are besides. */
export function few(items: readonly string[], most = 3): string {
  return items.length <= most ? list(items) : `${items.slice(0, most).join(', ')} and ${items.length - most} more`;
}

export const capital = (text: string): string => `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`;
