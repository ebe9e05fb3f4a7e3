import { ReconcileError, type Disposition } from '../engine/errors.ts';
import { redact } from '../engine/secret.ts';

/** The code of what may be over at the next try. */
export const NETWORK = 'NetworkError';
/** The code of what nobody foresaw. */
export const FAILED = 'GitFailed';

interface Known {
  readonly says: RegExp;
  readonly code: string;
  readonly disposition: Disposition;
  /** What is wrong with this place and what to do. */
  readonly sentence: (place: string, said: string, hasToken: boolean) => string;
}

const refused = (place: string, said: string, hasToken: boolean): string =>
  hasToken
    ? `${place} refuses the token that MCPGW_GIT_TOKEN or MCPGW_GIT_TOKEN_FILE gives (${said}): give one that is still valid and may read the repository, and MCPGW_GIT_USER where the forge asks for a certain user name`
    : `${place} needs a password: set MCPGW_GIT_TOKEN, or MCPGW_GIT_TOKEN_FILE to a file that holds it, to a token that may read the repository`;

/** What git says, in the words that it has without a locale. The first that fits counts. */
const KNOWN: readonly Known[] = [
  {
    says: /Host key verification failed|host key .*has changed|HOST IDENTIFICATION HAS CHANGED/i,
    code: 'UnknownHost',
    disposition: 'stalled',
    sentence: (place) =>
      `the host key of ${place} is not known here, or not the one that is: compare it with what the forge publishes, and put it into ~/.ssh/known_hosts or the file that MCPGW_GIT_KNOWN_HOSTS_FILE names`,
  },
  {
    says: /Permission denied \(|bad permissions|incorrect passphrase|error in libcrypto|No such identity/i,
    code: 'AccessDenied',
    disposition: 'stalled',
    sentence: (place, said) =>
      `${place} accepts no key of ours (${said}): set MCPGW_GIT_SSH_KEY_FILE to a private key without passphrase that may read the repository and that only its owner may read (mode 600), or add one to the agent`,
  },
  {
    says: /could not read (?:Username|Password)|Authentication failed|terminal prompts disabled|error: (?:401|403)|Invalid (?:username|credentials)|HTTP Basic: Access denied/i,
    code: 'AccessDenied',
    disposition: 'stalled',
    sentence: refused,
  },
  {
    says: /repository .*not found|does not appear to be a git repository|not a git repository|Repository not found|access denied or repository not exported|no such repository|does not exist|error: 404/i,
    code: 'NoSuchRepository',
    disposition: 'stalled',
    sentence: (place, said, hasToken) =>
      `there is no repository at ${place} that ${hasToken ? 'these credentials' : 'somebody without credentials'} may see (${said}): check the address${hasToken ? '' : ', or set MCPGW_GIT_TOKEN'}`,
  },
  {
    says: /SSL certificate|certificate verif|server certificate|unable to get local issuer/i,
    code: 'BadCertificate',
    disposition: 'stalled',
    sentence: (place, said) =>
      `the certificate of ${place} cannot be verified (${said}): name the authority that signed it with GIT_SSL_CAINFO`,
  },
  {
    says: /Could not resolve host|Failed to connect|Couldn't connect|Connection (?:refused|reset|timed out|closed)|Operation timed out|early EOF|unexpected disconnect|unexpected EOF|RPC failed|hung up unexpectedly|invalid index-pack|index-pack failed|bad (?:line length|pack)|Empty reply|transfer closed|error: (?:429|5\d\d)|Network is unreachable|No route to host|kex_exchange|unable to access|Could not read from remote|block timeout reached|pack has bad object|inflate|SSL_|gnutls/i,
    code: NETWORK,
    disposition: 'failed',
    sentence: (place, said) => `${place} could not be fetched: ${said}`,
  },
];

/** What went wrong with git, where, and what to do. */
export function toGitError(error: unknown, place: string, hasToken: boolean): ReconcileError {
  if (error instanceof ReconcileError) return error;
  const text = error instanceof Error ? error.message : String(error);
  if (/ENOENT/.test(text) && /spawn/.test(text))
    return new ReconcileError('stalled', 'NoGit', 'the program "git" is not installed here: install it');
  const said = sayingOf(text);
  const known = KNOWN.find(({ says }) => says.test(text));
  if (known === undefined) return new ReconcileError('failed', FAILED, `git failed with ${place}: ${said}`);
  return new ReconcileError(known.disposition, known.code, known.sentence(place, said, hasToken));
}

const LONGEST = 200;
// ESC and its like would let a server write on the terminal.
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f]+/g;

/** A text of a stranger, on one line and of bounded length. */
export const plainText = (text: string): string => text.replace(CONTROL, ' ').trim().slice(0, LONGEST);

/** The line of git's that says most. */
function sayingOf(text: string): string {
  const lines = text.split(/[\r\n]+/).filter((line) => line.trim() !== '');
  const line =
    lines.find((each) => /^(?:ssh:|remote: error|error:)|Permission denied|refused/.test(each)) ??
    lines.find((each) => each.startsWith('fatal:')) ??
    lines[0];
  return plainText(redact(line ?? 'no reason was given').replace(/^(?:fatal|error|remote): /, ''));
}
