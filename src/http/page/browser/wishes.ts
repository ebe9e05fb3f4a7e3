import { keep } from './navigation.ts';

/** Sends what somebody asks for without leaving the page, and says beside the button why it was refused. */
export function startWishes(onDone: () => Promise<void>): void {
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.hasAttribute('data-wish')) return;
    event.preventDefault();
    keep(form);
    void send(form, onDone);
  });
}

async function send(form: HTMLFormElement, onDone: () => Promise<void>): Promise<void> {
  const button = form.querySelector('button');
  const say = (text: string): void => {
    const place = form.querySelector('.wrong');
    if (place !== null) place.textContent = text;
  };
  if (button !== null) button.disabled = true;
  say('');
  const problem = await ask(form).catch(() => 'The daemon did not answer.');
  if (button !== null) button.disabled = false;
  if (problem !== undefined) return say(problem);
  form.closest('section')?.querySelector<HTMLAnchorElement>('a.quiet')?.click();
  await onDone();
}

/** @returns what is wrong; undefined when nothing is */
async function ask(form: HTMLFormElement): Promise<string | undefined> {
  const answer = await fetch(form.action, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify(Object.fromEntries(new FormData(form))),
  });
  if (answer.ok) return undefined;
  const { message } = (await answer.json()) as { readonly message?: string };
  return message ?? `The daemon answered ${answer.status}.`;
}
