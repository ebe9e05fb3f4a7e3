/** `3 min 50 s`, `40 s`, `1.4 s`. */
export function duration(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
}

/** `about 12 min`, `under a minute`. */
export function about(seconds: number): string {
  return seconds < 60 ? 'under a minute' : `about ${Math.ceil(seconds / 60)} min`;
}

/** `1 change`, `3 changes`. */
export const count = (number: number, noun: string, plural = `${noun}s`): string => `${number} ${number === 1 ? noun : plural}`;

/** `a, b and c`. */
export function list(items: readonly string[]): string {
  const [last, ...others] = [...items].reverse();
  return others.length === 0 ? (last ?? '') : `${others.reverse().join(', ')} and ${last ?? ''}`;
}

/** Breaks a text at its blanks into lines of at most `width`, the further ones indented. */
export function wrap(text: string, width: number, indent = 0): string {
  const lines: string[] = [];
  const [first = '', ...words] = text.split(/(?<=\S) (?=\S)/);
  let line = first;
  for (const word of words) {
    if (line.length + 1 + word.length > width) {
      lines.push(line);
      line = ' '.repeat(indent) + word;
    } else line = `${line} ${word}`;
  }
  return [...lines, line].join('\n');
}
