import { toReconcileError } from '../aws/errors.ts';
import { CommandError } from './command-error.ts';
import type { Terminal } from './terminal.ts';

/** Says what went wrong and what to do about it; where in the program only on request. Answers with the exit code. */
export function report(error: unknown, verbose: boolean, terminal: Terminal): number {
  const text = error instanceof CommandError ? error.message : sentence(error);
  terminal.err(`${terminal.paint('red', 'error:')} ${text}`);
  if (verbose && error instanceof Error) terminal.err(error.stack ?? '');
  return error instanceof CommandError ? error.exitCode : 1;
}

const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/CredentialsProvider|Could not load credentials/, 'sign in first (aws sso login, AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY)'],
  [/ExpiredToken|credentials are not accepted|InvalidClientTokenId/, 'sign in again'],
  [/ECONNREFUSED|ENOTFOUND|does not answer|EAI_AGAIN/, 'check the network, the region and AWS_ENDPOINT_URL'],
];

function sentence(error: unknown): string {
  const known = toReconcileError(error);
  const advice = ADVICE.find(([pattern]) => pattern.test(`${known.code} ${known.message}`))?.[1];
  return advice === undefined ? known.message : `${known.message}; ${advice}`;
}
