import type { Follow } from './git-ref.ts';

/** What a forge tells of a push. */
export interface Push {
  /** `refs/heads/main`. */
  readonly ref: string;
  /** The branch that the repository has by default. */
  readonly mainBranch: string | undefined;
  /** By each of these addresses people know the repository. */
  readonly addresses: readonly string[];
  /** When it was pushed, in milliseconds since 1970; GitLab does not say. */
  readonly at: number | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/** Reads GitHub's and GitLab's payload of a push. */
export function pushIn(body: Uint8Array): Push | 'unreadable' {
  const data = parsed(body);
  const repository = fieldsOf(data?.['repository']);
  const project = fieldsOf(data?.['project']);
  const ref = textOf(data?.['ref']);
  const sources = [repository, project];
  const names = ['clone_url', 'ssh_url', 'git_url', 'html_url', 'git_http_url', 'git_ssh_url', 'web_url', 'homepage'];
  const addresses = sources.flatMap((each) => names.flatMap((name) => textOf(each?.[name]) ?? []));
  if (ref === undefined || addresses.length === 0) return 'unreadable';
  const pushedAt = repository?.['pushed_at'];
  return {
    ref,
    addresses,
    mainBranch: textOf(project?.['default_branch']) ?? textOf(repository?.['default_branch']),
    at: typeof pushedAt === 'number' ? pushedAt * 1000 : undefined,
  };
}

function parsed(body: Uint8Array): Fields | undefined {
  try {
    return fieldsOf(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)));
  } catch {
    return undefined;
  }
}

const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null ? (value as Fields) : undefined;

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** Whether a push moved what is followed. */
export function isAbout(push: Push, url: string, follow: Follow): boolean {
  const wanted = repositoryIn(url);
  return push.addresses.some((address) => repositoryIn(address) === wanted) && isRef(push, follow);
}

function isRef({ ref, mainBranch }: Push, follow: Follow): boolean {
  if ('tags' in follow) return globPattern(`refs/tags/${follow.tags}`).test(ref);
  const branch = (follow.branch ?? mainBranch)?.replace(/^refs\/heads\//, '');
  return ref === `refs/heads/${branch ?? ''}`;
}

/** The repository that an address of any form leads to: `github.com/acme/gateways`. */
export function repositoryIn(address: string): string {
  const scp = /^(?:[^@/]+@)?([^:/]+):(?!\/\/)(.*)$/.exec(address);
  const [host, path] = scp ? [scp[1] ?? '', scp[2] ?? ''] : ofUrl(address);
  return `${host}/${path.replace(/^\/+|\/+$/g, '').replace(/\.git$/, '')}`.toLowerCase();
}

/** Ports differ between SSH and HTTPS, and forges listen at one repository by both. */
const ofUrl = (address: string): readonly [host: string, path: string] =>
  URL.canParse(address) ? [new URL(address).hostname, new URL(address).pathname] : ['', address];

/** `v1.*` as git understands it, with any letter for a range of letters: whoever asks git then sees what fits. */
function globPattern(glob: string): RegExp {
  const parts = glob.split(/(\*+|\?|\[[^\]]+\])/).map((part, index) => {
    if (index % 2 === 0) return part.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
    return part.startsWith('*') ? '.*' : '.';
  });
  return new RegExp(`^${parts.join('')}$`);
}
