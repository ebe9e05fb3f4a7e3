import { stalled } from '../engine/errors.ts';
import { redact, type Secret } from '../engine/secret.ts';
import type { Clock, Timing } from '../engine/timing.ts';
import type { GatewayReport, SourceReport } from './board.ts';
import { commitStatusOf, type CommitStatus } from './commit-status.ts';
import { secretFrom, type Environment } from './credentials.ts';
import { repositoryIn } from './push.ts';
import { isReceived, sendJson, type Received } from './send.ts';
import { Trouble } from './trouble.ts';

export interface ForgeStatusOptions {
  /** The repository that is followed. */
  readonly url: string;
  /** `MCPGW_FORGE_TOKEN` or `_FILE`; where the address does not tell, `MCPGW_FORGE` and `MCPGW_FORGE_API`. */
  readonly environment: Environment;
  readonly clock: Clock;
  readonly timing: Timing;
  /** The page of a gateway, to follow from the forge. */
  readonly linkOf?: (report: GatewayReport) => string;
  readonly onWarning: (message: string) => void;
}

/** Tells the forge how a gateway, or all manifests together, stand at a commit, when that has changed. Never rejects. */
export type ForgeStatus = (report: GatewayReport | SourceReport) => Promise<void>;

type Forge = 'github' | 'gitlab';

/**
 * Undefined when there is no token to tell with.
 * @throws {ReconcileError} when nothing says which forge it is
 */
export async function forgeStatus(options: ForgeStatusOptions): Promise<ForgeStatus | undefined> {
  const { url, environment, clock, timing, linkOf, onWarning } = options;
  const token = await secretFrom(environment, 'MCPGW_FORGE_TOKEN');
  if (token === undefined) return undefined;
  const forge = forgeOf(url, environment);
  const api = apiOf(url, forge, environment);
  const [, path = ''] = /^[^/]*\/(.*)$/.exec(repositoryIn(url)) ?? [];
  const told = new Map<string, string>();
  let before = Promise.resolve();
  const trouble = new Trouble(clock, timing);
  const tell = async (status: CommitStatus, link: string | undefined): Promise<void> => {
    const key = JSON.stringify(status);
    if (told.get(status.context) === key || trouble.isFresh) return;
    const letter = forge === 'github' ? toGitHub(status, link, token) : toGitLab(status, link, token);
    const address = `${api}${forge === 'github' ? `/repos/${path}` : `/projects/${encodeURIComponent(path)}`}/statuses/${status.commit}`;
    const received = await sendJson({ url: address, ...letter }, { clock, patience: timing.answer });
    if (isReceived(received) || isRepeated(received)) {
      trouble.end();
      told.set(status.context, key);
      return;
    }
    const because = redact(`${path}: statuses of commits could not be told: ${reason(received, forge)}`);
    if (trouble.meet(because)) onWarning(because);
  };
  return (report) => {
    const status = commitStatusOf(report);
    // One after the other, so that an older status never comes to stand on a newer one.
    if (status !== undefined)
      before = before.then(() => tell(status, 'place' in report ? undefined : linkOf?.(report)));
    return before;
  };
}

function forgeOf(url: string, environment: Environment): Forge {
  const said = environment['MCPGW_FORGE'] ?? '';
  const host = repositoryIn(url).split('/')[0] ?? '';
  const guessed = (['github', 'gitlab'] as const).find(
    (forge) => forge === said || (said === '' && host.includes(forge)),
  );
  if (guessed !== undefined) return guessed;
  throw stalled('UnknownForge', `nothing says which forge ${host} is: set MCPGW_FORGE to github or gitlab`);
}

function apiOf(url: string, forge: Forge, environment: Environment): string {
  const said = environment['MCPGW_FORGE_API'] ?? '';
  if (said !== '') return said.replace(/\/+$/, '');
  const host = repositoryIn(url).split('/')[0] ?? '';
  if (forge === 'gitlab') return `https://${host}/api/v4`;
  return host === 'github.com' ? 'https://api.github.com' : `https://${host}/api/v3`;
}

interface Letter {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

const toGitHub = ({ state, description, context }: CommitStatus, link: string | undefined, token: Secret): Letter => ({
  headers: {
    authorization: `Bearer ${token.open()}`,
    accept: 'application/vnd.github+json',
    'x-github-api-version': '2022-11-28',
    'user-agent': 'mcpgw-controller',
  },
  body: { state, description, context, ...(link !== undefined && { target_url: link }) },
});

const toGitLab = ({ state, description, context }: CommitStatus, link: string | undefined, token: Secret): Letter => ({
  headers: { 'private-token': token.open() },
  body: {
    state: state === 'failure' ? 'failed' : state,
    description,
    name: context,
    ...(link !== undefined && { target_url: link }),
  },
});

/** GitLab refuses a state that is there already. */
const isRepeated = ({ status, said }: Received): boolean => status === 400 && /cannot transition status/i.test(said);

function reason({ status, said }: Received, forge: Forge): string {
  const needs =
    forge === 'github' ? 'one that may write commit statuses' : 'one with the scope "api" and the role Developer';
  if (status === 401 || status === 403 || status === 404)
    return `the forge answers ${status} (${said}): give MCPGW_FORGE_TOKEN a token for this repository, ${needs}`;
  return status === 0 ? said : `the forge answers ${status} (${said})`;
}
