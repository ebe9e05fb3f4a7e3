import { startConnection } from './connection.ts';
import { startKeys } from './keys.ts';
import { go, refresh, remember } from './navigation.ts';
import { startMoments } from './moments.ts';
import { startWishes } from './wishes.ts';

const moments = startMoments();
const drawn = (): void => {
  moments.draw();
  remember();
};
const show = (href: string, how: 'push' | 'replace'): Promise<void> => go(href, how).then(drawn);

startConnection({ onChange: () => refresh().then(drawn), onSign: moments.sign, onLost: moments.lost });
startKeys(show);
startWishes(() => refresh().then(drawn));

document.addEventListener('click', (event) => {
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (link === null || link.target !== '' || link.origin !== location.origin) return;
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return;
  // A mere place on this page is the browser's own business.
  if (link.getAttribute('href')?.startsWith('#') === true) return;
  event.preventDefault();
  void show(link.href, 'push');
});

let typing: ReturnType<typeof setTimeout> | undefined;
document.addEventListener('input', (event) => {
  const form = event.target instanceof HTMLInputElement ? event.target.form : null;
  if (form === null || !form.hasAttribute('data-live')) return;
  clearTimeout(typing);
  typing = setTimeout(() => void show(addressOf(form), 'replace'), 150);
});
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.hasAttribute('data-live')) return;
  event.preventDefault();
  void show(addressOf(form), 'replace');
});

/** Where a form that only asks would lead. */
function addressOf(form: HTMLFormElement): string {
  const address = new URL(location.href);
  for (const [name, value] of new FormData(form)) {
    if (typeof value === 'string' && value !== '') address.searchParams.set(name, value);
    else address.searchParams.delete(name);
  }
  return address.href;
}

window.addEventListener('popstate', () => void refresh().then(drawn));
remember();
