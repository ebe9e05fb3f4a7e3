import { html } from 'hono/html';
import type { CallEvent, ConditionEvent, Event } from '../../state/events.ts';
import { moment, type Html } from './marks.ts';

/** The newest calls and changes of conditions, newest first. */
export function eventList(events: readonly Event[] | string, now: number): Html | '' {
  if (typeof events === 'string') return section(html`<p class="faint">The log cannot be read: ${events}</p>`);
  if (events.length === 0) return '';
  const newest = events.slice(-10).reverse();
  return section(
    html`<ul class="events">
      ${newest.map((event) => html`<li>${event.type === 'call' ? call(event) : condition(event)} ${when(event, now)}</li>`)}
    </ul>`,
  );
}

const section = (body: Html): Html =>
  html`<section aria-labelledby="events-title">
    <h3 id="events-title">Events</h3>
    ${body}
  </section>`;

const call = ({ call: name, node, result }: CallEvent): Html =>
  html`<span><code>${name}</code> <span class="faint">${node}</span></span>
    <span class="word tone-${result === 'ok' ? 'good' : 'bad'}">${result}</span>`;

const condition = ({ condition: type, status, message }: ConditionEvent): Html =>
  html`<span>${type} <span class="faint">${message}</span></span> <span class="word">${status}</span>`;

/** The end of an ARN says whose it is. */
function when(event: Event, now: number): Html {
  if (event.type === 'condition') return html`<span class="faint when">${moment(event.at, now)}</span>`;
  const { by, command } = event;
  return html`<span class="faint when" title="${by}"
    >${moment(event.at, now)}, ${command} by ${by.split(/[:/]/).at(-1)}</span
  >`;
}
