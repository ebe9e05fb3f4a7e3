import { html } from 'hono/html';
import { apiPathOf } from '../gateway-object.ts';
import { moment, type Html } from './marks.ts';
import type { Shown } from './tree.ts';
import { hrefOf, isOpen, toggle } from './view.ts';

/** What waits for a person: a plan that wants approval, a pause that wants an end. */
export function banners(shown: Shown): Html {
  return html`${heldBanner(shown)} ${pauseBanner(shown)}`;
}

function heldBanner({ report, path, view }: Shown): Html | '' {
  const { held } = report;
  if (held === undefined) return '';
  const { planId, why, deletes } = held;
  const asking = isOpen(view, 'approve', false);
  return html`<section class="banner held" id="held" aria-labelledby="held-title">
    <h2 id="held-title">Plan <code>${planId}</code> waits for approval</h2>
    <p>${why}</p>
    ${
      deletes.length === 0
        ? ''
        : html`<ul class="deletes" aria-label="It deletes">
            ${deletes.map((id) => html`<li><span class="sign tone-bad" aria-hidden="true">-</span> <code>${id}</code></li>`)}
          </ul>`
    }
    ${
      asking
        ? html`<form method="post" action="${apiPathOf(report)}/approve" class="ask" data-wish>
            <input type="hidden" name="planId" value="${planId}" />
            ${who()}
            <button class="danger">Approve plan ${planId}</button>
            <a class="button quiet" href="${hrefOf(path, toggle(view, 'approve'))}">Not now</a>
            ${refusal(report, `approve ${planId}`)}
          </form>`
        : html`<p><a class="button" id="ask-approve" href="${hrefOf(path, toggle(view, 'approve'))}">Approve…</a></p>`
    }
  </section>`;
}

function pauseBanner({ report, now }: Shown): Html | '' {
  const { pause } = report;
  if (pause === undefined) return '';
  return html`<section class="banner paused" id="paused" aria-labelledby="paused-title">
    <h2 id="paused-title">Paused, ends ${moment(pause.until, now)}</h2>
    <p>${pause.by}: ${pause.why}</p>
    <form method="post" action="${apiPathOf(report)}/resume" data-wish>
      <input type="hidden" name="by" value="the page" />
      <button>Resume now</button>
      ${refusal(report, 'resume')}
    </form>
  </section>`;
}

const ENDS: readonly (readonly [minutes: number, says: string])[] = [
  [30, 'in 30 minutes'],
  [120, 'in 2 hours'],
  [480, 'in 8 hours'],
  [1440, 'tomorrow at this time'],
  [4320, 'in 3 days'],
  [10_080, 'in a week'],
];

/** Asks for what a pause needs: its end, its reason, and whose it is. */
export function pauseForm({ report, path, view }: Shown): Html | '' {
  if (report.pause !== undefined || !isOpen(view, 'pause', false)) return '';
  return html`<section class="banner" id="pause" aria-labelledby="pause-title">
    <h2 id="pause-title">Pause ${report.name}</h2>
    <p>Nothing is changed in AWS meanwhile. It ends by itself.</p>
    <form method="post" action="${apiPathOf(report)}/pause" class="ask" data-wish>
      <label>
        <span>Ends</span>
        <select name="minutes" id="pause-minutes">
          ${ENDS.map(
            ([minutes, says]) =>
              html`<option value="${minutes}" ${minutes === 120 ? html`selected` : ''}>${says}</option>`,
          )}
        </select>
      </label>
      <label class="wide">
        <span>Reason</span>
        <input name="why" id="pause-why" required maxlength="500" autocomplete="off" />
      </label>
      ${who()}
      <button>Pause</button>
      <a class="button quiet" href="${hrefOf(path, toggle(view, 'pause'))}">Not now</a>
      ${refusal(report, 'pause')}
    </form>
  </section>`;
}

const who = (): Html =>
  html`<label>
    <span>Your name</span>
    <input name="by" required maxlength="100" autocomplete="name" data-remembered="by" />
  </label>`;

/** Where the browser says why this was refused; a page that is drawn anew leaves it there. */
export const refusal = (report: Shown['report'], wish: string): Html =>
  html`<p class="wrong" role="alert" data-own="${apiPathOf(report)} ${wish}"></p>`;
