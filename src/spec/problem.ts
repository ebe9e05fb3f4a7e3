import { dotted, locate, type Places, type Position } from './place.ts';

/** One thing that is wrong with a manifest, where it is, and what would be right. */
export interface Problem {
  readonly file: string;
  /** Both are 0 when the problem is the file itself. */
  readonly line: number;
  readonly column: number;
  /** As people write it, `spec.ingress.mode`; empty for the document or the file. */
  readonly path: string;
  readonly message: string;
  readonly suggestion: string | undefined;
  readonly severity: 'error' | 'warning';
}

/** A problem that does not know yet where its field stands. */
export interface Finding {
  /** A JSON pointer. */
  readonly at: string;
  readonly message: string;
  readonly suggestion?: string | undefined;
  readonly severity?: 'error' | 'warning';
  /** Wins over `at` as the place to show. */
  readonly position?: Position | undefined;
  /** Other fields that it follows from: while one of them is wrong itself, this says nothing new. */
  readonly concerns?: readonly string[];
}

/** A problem of a whole file. */
export const fileProblem = (file: string, message: string, suggestion?: string): Problem => ({
  file,
  line: 0,
  column: 0,
  path: '',
  message,
  suggestion,
  severity: 'error',
});

/** Finds the place of a finding in its document. */
export const toProblem = (file: string, places: Places, finding: Finding): Problem => ({
  file,
  ...(finding.position ?? locate(places, finding.at)),
  path: dotted(finding.at),
  message: finding.message,
  suggestion: finding.suggestion,
  severity: finding.severity ?? 'error',
});

export const isError = (problem: Problem): boolean => problem.severity === 'error';

/** One line: `gateway.yaml:12:11: spec.ingress.mode: …`. */
export function problemLine(problem: Problem): string {
  const place = problem.line === 0 ? problem.file : `${problem.file}:${problem.line}:${problem.column}`;
  const kind = problem.severity === 'warning' ? 'warning: ' : '';
  const path = problem.path === '' ? '' : `${problem.path}: `;
  const hint = problem.suggestion === undefined ? '' : `; ${problem.suggestion}`;
  return `${place}: ${kind}${path}${problem.message}${hint}`;
}
