import { morph } from './morph.ts';

let latest = 0;

/** Shows another address without loading the page anew. */
export async function go(href: string, how: 'push' | 'replace'): Promise<void> {
  const before = new URL(location.href);
  if (how === 'push' && href !== location.href) history.pushState(null, '', href);
  else history.replaceState(null, '', href);
  await refresh();
  const { pathname, hash } = new URL(href);
  if (pathname !== before.pathname) {
    scrollTo(0, 0);
    document.getElementById('main')?.focus({ preventScroll: true });
  } else if (hash !== '') {
    reveal(document.getElementById(hash.slice(1)));
  }
}

/** Where the columns lie below each other, the chosen one may be far away. */
function reveal(part: HTMLElement | null): void {
  if (part === null) return;
  const { top } = part.getBoundingClientRect();
  if (top > innerHeight * 0.8 || top < 0) part.scrollIntoView({ block: 'start' });
}

/** Asks for this address again and changes what has changed. An answer that came too late is dropped. */
export async function refresh(): Promise<void> {
  const mine = ++latest;
  const answer = await fetch(location.href, { headers: { Accept: 'text/html' } }).catch(() => undefined);
  if (answer === undefined || mine !== latest) return;
  // Signed out: let the browser ask for the token.
  if (answer.redirected && new URL(answer.url).pathname === '/login') return location.reload();
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
  if (mine !== latest) return;
  document.title = fresh.title;
  document.documentElement.dataset['now'] = fresh.documentElement.dataset['now'] ?? '';
  replace('link[rel=icon]', fresh);
  replace('#desk', fresh);
}

function replace(selector: string, fresh: Document): void {
  const from = document.querySelector(selector);
  const to = fresh.querySelector(selector);
  if (from !== null && to !== null) morph(from, to);
}

const REMEMBERED = 'data-remembered';

/** Fills in what somebody wrote here before, such as a name. */
export function remember(): void {
  for (const input of document.querySelectorAll<HTMLInputElement>(`input[${REMEMBERED}]`))
    if (input.value === '') input.value = localStorage.getItem(keyOf(input)) ?? '';
}

export function keep(form: HTMLFormElement): void {
  for (const input of form.querySelectorAll<HTMLInputElement>(`input[${REMEMBERED}]`))
    localStorage.setItem(keyOf(input), input.value);
}

const keyOf = (input: Element): string => `mcpgw.${input.getAttribute(REMEMBERED) ?? ''}`;
