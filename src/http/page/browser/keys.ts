type Show = (href: string, how: 'push' | 'replace') => Promise<void>;

/** Everything can be reached by Tab and Enter; these are ways that are shorter. */
export function startKeys(show: Show): void {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return;
    const typing = event.target instanceof Element && event.target.matches('input, select, textarea');
    switch (event.key) {
      case '/':
        if (typing) return;
        event.preventDefault();
        return document.getElementById('find')?.focus();
      case 'Escape':
        return escape(event, show);
      case 'ArrowDown':
      case 'ArrowUp':
        if (!(event.target instanceof Element) || event.target.matches('select')) return;
        return move(event, event.target, event.key === 'ArrowDown' ? 1 : -1);
      default:
    }
  });
}

/** Leaves what one is in: the search, a question, the chosen node. */
function escape(event: KeyboardEvent, show: Show): void {
  const find = document.getElementById('find');
  if (event.target === find && find instanceof HTMLInputElement) {
    find.blur();
    if (find.value === '') return;
    find.value = '';
    find.dispatchEvent(new Event('input', { bubbles: true }));
    return;
  }
  const here = event.target instanceof Element ? event.target : document.body;
  const question = here.closest('form.ask')?.querySelector<HTMLAnchorElement>('a.quiet');
  const close = question ?? document.querySelector<HTMLAnchorElement>('#close');
  if (close === null) return;
  const chosen = document.querySelector<HTMLElement>('.node[aria-current]');
  event.preventDefault();
  void show(close.href, 'push').then(() => {
    if (question === undefined || question === null) chosen?.focus();
    else document.getElementById('ask-pause')?.focus();
  });
}

const ROWS = '.tree a.node, .tree a.fold';

/** From row to row of the tree, and from the search into it. */
function move(event: KeyboardEvent, from: Element, step: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>(ROWS)];
  const at = rows.findIndex((row) => row === from);
  if (at < 0 && from.id !== 'find') return;
  const next = from.id === 'find' && step > 0 ? rows[0] : rows[at + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}
