import { pino, type Logger } from 'pino';
import { redact } from '../engine/secret.ts';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'> & {
  child(fields: Readonly<Record<string, unknown>>): Log;
};

export interface LogOptions {
  /** Lines for people instead of JSON. */
  readonly human: boolean;
  readonly write: (line: string) => void;
  readonly level?: string;
}

/** What might hold a secret is masked by its name, whoever logs it; what was opened, by its value. */
const MASKED = ['password', 'token', 'secret', 'authorization', 'credentials'];

/** Logs to one place, at once: the last line before an end is written too. */
export function openLog({ human, write, level = 'info' }: LogOptions): Log {
  const show = human ? humanLine : (line: string): string => line.trimEnd();
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: MASKED.flatMap((name) => [name, `*.${name}`]), censor: '[secret]' },
    },
    { write: (line: string) => write(redact(show(line))) },
  );
}

const HIDDEN = new Set(['level', 'time', 'msg', 'gateway', 'revision']);

/** `14:02:11 warn 123456789012/us-east-1/mcp-gateway paused until … (by=ops)` */
function humanLine(line: string): string {
  const entry = JSON.parse(line) as Readonly<Record<string, unknown>>;
  const { level, time, msg, gateway } = entry;
  const more = Object.entries(entry)
    .filter(([key]) => !HIDDEN.has(key))
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const fields = [
    String(time).slice(11, 19),
    String(level).padEnd(5),
    gateway,
    msg,
    more.length > 0 ? `(${more.join(' ')})` : '',
  ];
  return fields.filter((field) => field !== undefined && field !== '').join(' ');
}
