import { momentText } from '../moment.ts';

interface Moments {
  /** Writes every time on the page as it is by now. */
  draw(): void;
  sign(now: number | undefined): void;
  lost(): void;
}

/** Keeps the times on the page true, and says how fresh all of it is. By the server's clock: this one may be wrong. */
export function startMoments(): Moments {
  let ahead = Date.parse(document.documentElement.dataset['now'] ?? '') - Date.now();
  let fresh = Date.now();
  let lostAt: number | undefined;

  const draw = (): void => {
    const now = Date.now() + ahead;
    for (const time of document.querySelectorAll<HTMLTimeElement>('time[data-moment]')) {
      const text = momentText(Date.parse(time.dateTime), now);
      if (time.textContent !== text) time.textContent = text;
    }
    const mark = document.getElementById('fresh');
    if (mark !== null) {
      const age = Date.now() - fresh;
      mark.textContent = lostAt === undefined && age < 20_000 ? 'Live' : `Fresh ${momentText(fresh, Date.now())}`;
      mark.classList.toggle('old', lostAt !== undefined);
    }
  };

  const sign = (now: number | undefined): void => {
    if (now !== undefined) ahead = now - Date.now();
    fresh = Date.now();
    if (lostAt !== undefined) say('');
    lostAt = undefined;
    draw();
  };

  const lost = (): void => {
    if (lostAt !== undefined) return;
    lostAt = Date.now();
    const at = new Date(lostAt).toLocaleTimeString();
    say(`The connection was lost at ${at}. What stands here may be old; it is tried again.`);
    draw();
  };

  setInterval(draw, 1000);
  draw();
  return { draw, sign, lost };
}

function say(text: string): void {
  const banner = document.getElementById('lost');
  document.body.classList.toggle('is-lost', text !== '');
  if (banner === null) return;
  banner.hidden = text === '';
  banner.textContent = text;
}
