/** A part of a comment: lines as they are, opened or folded behind a sentence. */
export interface Block {
  /** Folded behind this; open when there is none. */
  readonly summary?: string;
  readonly lines: readonly string[];
}

interface Room {
  /** Letters that a comment may have. */
  readonly most: number;
  /** What is said when lines had to go. */
  readonly cut: (lines: number) => string;
}

/** Head, blocks and tail, one below the other. What is too long loses lines from its end, and says so. */
export function comment(head: string, blocks: readonly Block[], tail: string, { most, cut }: Room): string {
  const total = blocks.reduce((sum, { lines }) => sum + lines.length, 0);
  let left = most - head.length - tail.length - cut(total).length - GAPS;
  let shown = 0;
  const parts: string[] = [];
  for (const block of blocks) {
    const fence = '`'.repeat(longestRun(block.lines) + 1);
    left -= rendered({ ...block, lines: [] }, fence).length + 2;
    const lines = fitting(block.lines, left);
    if (lines.length > 0) parts.push(rendered({ ...block, lines }, fence));
    left -= lines.reduce((sum, line) => sum + line.length + 1, 0);
    shown += lines.length;
    if (lines.length < block.lines.length) break;
  }
  return [head, ...parts, ...(shown < total ? [cut(total - shown)] : []), tail].join('\n\n');
}

const GAPS = 10;
const FENCE = 2;

/** The lines stand as they are: nothing in them is a tag, a link or a mention. */
function rendered({ summary, lines }: Block, fence: string): string {
  const code = [`${fence}diff`, ...lines, fence].join('\n');
  return summary === undefined ? code : `<details><summary>${summary}</summary>\n\n${code}\n\n</details>`;
}

const longestRun = (lines: readonly string[]): number =>
  Math.max(FENCE, ...lines.flatMap((line) => line.match(/`+/g) ?? []).map((run) => run.length));

function fitting(lines: readonly string[], room: number): readonly string[] {
  let left = room;
  const end = lines.findIndex((line) => (left -= line.length + 1) < 0);
  return end < 0 ? lines : lines.slice(0, end);
}

/** A text in which nothing is markup. */
export const escaped = (text: string): string => text.replace(/[\\`*_{}[\]<>#|~]/g, String.raw`\$&`);

export const code = (text: string): string => `\`${text.replaceAll('`', "'")}\``;
