/** A blank at which no line is broken. */
export const TIED = '\u00a0';

/** Words that stay on one line. */
export const tied = (text: string): string => text.replaceAll(' ', TIED);

/** Breaks a text at single blanks into lines of at most `width`, the further ones indented. */
export function wrap(text: string, width: number, indent = 0): string {
  const [first = '', ...words] = text.split(/(?<=\S) (?=\S)/);
  return fill(first, words, { gap: ' ', width, indent });
}

/** Puts fields side by side, three blanks apart; what does not fit goes to the next line. */
export function fields(parts: readonly string[], width: number, indent = 0): string {
  const [first = '', ...others] = parts.filter((part) => part !== '');
  return fill(
    wrap(first, width, indent),
    others.map((part) => wrap(' '.repeat(indent) + part, width, indent).slice(indent)),
    { gap: '   ', width, indent },
  );
}

interface Room {
  readonly gap: string;
  readonly width: number;
  readonly indent: number;
}

function fill(first: string, parts: readonly string[], { gap, width, indent }: Room): string {
  const lines: string[] = [];
  let line = first;
  for (const part of parts) {
    const [start = ''] = part.split('\n');
    const last = line.slice(line.lastIndexOf('\n') + 1);
    if (last.length + gap.length + start.length > width) {
      lines.push(line);
      line = ' '.repeat(indent) + part;
    } else line = `${line}${gap}${part}`;
  }
  return [...lines, line]
    .map((each) => each.trimEnd())
    .join('\n')
    .replaceAll(TIED, ' ');
}

const COMMAND = /^\s+(aws|docker|mcpgw-controller) /;

/** A sentence and the lines that follow it; commands among them stay such that they can be copied. */
export function paragraph(text: string, width: number, indent = 0): string {
  const [first = '', ...rest] = text.split('\n');
  const others = rest.map((line) =>
    COMMAND.test(line) ? command(line.trim(), width, indent) : wrap(leading(indent, line), width, indent + 2),
  );
  return [wrap(first, width, indent), ...others].join('\n');
}

const leading = (indent: number, line: string): string => (line.startsWith(' ') ? line : ' '.repeat(indent) + line);

/** A command on as few lines as it takes. */
export function command(text: string, width: number, indent = 2): string {
  const lead = ' '.repeat(indent);
  const lines = wrap(lead + text, width - 2, indent + 2).split('\n');
  return lines.join(' \\\n');
}
