import { toReconcileError } from '../aws/errors.ts';
import { CommandError } from './command-error.ts';
import { profilesText } from './profiles.ts';
import type { Terminal } from './terminal.ts';
import { paragraph } from './layout.ts';

/** Says what went wrong and what to do about it; where in the program only on request. Answers with the exit code. */
export async function report(error: unknown, verbose: boolean, terminal: Terminal): Promise<number> {
  const text = error instanceof CommandError ? error.message : await sentence(error);
  const lead = 'error: ';
  const lines = paragraph(lead + text, terminal.columns, 2);
  terminal.err(terminal.paint('red', lead.trim()) + lines.slice(lead.trim().length));
  if (verbose && error instanceof Error) terminal.err(error.stack ?? '');
  return error instanceof CommandError ? error.exitCode : 1;
}

const ADVICE: readonly (readonly [RegExp, string])[] = [
  [
    /ExpiredToken|RequestExpired|InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch/,
    'Sign in again (aws sso login), or take other credentials.',
  ],
  [/WrongAccount/, 'Take credentials of that account (AWS_PROFILE), or correct spec.accountId.'],
  [/NoAnswer/, 'Check the network, spec.region and AWS_ENDPOINT_URL.'],
];

async function sentence(error: unknown): Promise<string> {
  const known = toReconcileError(error);
  if (/CredentialsProvider|Could not load credentials/.test(`${known.code} ${known.message}`))
    return noCredentials(process.env['AWS_PROFILE']);
  const advice = ADVICE.find(([pattern]) => pattern.test(known.code))?.[1];
  return advice === undefined ? known.message : `${known.message}\n${advice}`;
}

async function noCredentials(profile: string | undefined): Promise<string> {
  const known = await profilesText(process.env);
  if (profile !== undefined && profile !== '')
    return `the profile "${profile}" gives no credentials: it does not exist or has none that are valid. ${known}\nChoose one with AWS_PROFILE, or sign in: aws sso login --profile ${profile}`;
  return `no AWS credentials were found. ${known}\nSign in (aws sso login), choose one with AWS_PROFILE, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.`;
}
