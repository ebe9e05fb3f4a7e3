import { createInterface } from 'node:readline/promises';
import { styleText } from 'node:util';
import { redact } from '../engine/secret.ts';

type Style = Parameters<typeof styleText>[0];

/** Where a command writes: the result to `out`, progress and warnings to `err`. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Columns of the result's terminal; 80 on a pipe. */
  readonly columns: number;
  /** True when a person sits there and can be asked. */
  readonly interactive: boolean;
  paint(style: Style, text: string): string;
  ask(question: string): Promise<boolean>;
}

/** The process's own streams. `NO_COLOR` and `FORCE_COLOR` are honoured. */
export function processTerminal(): Terminal {
  const { stdout, stderr, stdin } = process;
  return {
    out: (text) => void stdout.write(redact(`${text}\n`)),
    err: (text) => void stderr.write(redact(`${text}\n`)),
    columns: stdout.columns ?? 80,
    interactive: stdin.isTTY === true && stderr.isTTY === true,
    paint: (style, text) => (stdout.isTTY === true || process.env['FORCE_COLOR'] !== undefined ? styleText(style, text) : text),
    async ask(question) {
      const lines = createInterface({ input: stdin, output: stderr });
      const answer = await lines.question(`${question} [y/N] `);
      lines.close();
      return /^y(es)?$/i.test(answer.trim());
    },
  };
}
