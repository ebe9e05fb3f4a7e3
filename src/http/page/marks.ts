import { html } from 'hono/html';
import type { NodePhase } from '../../engine/step.ts';
import { shortRevision } from '../../state/revision.ts';
import { momentText } from './moment.ts';
import { SIGNS, TONES, type Standing } from './standing.ts';

/** Markup whose values are escaped. */
export type Html = ReturnType<typeof html>;

/** A time that the browser keeps counting. */
export function moment(at: string | undefined, now: number): Html {
  if (at === undefined) return html`<span class="faint">never</span>`;
  const text = momentText(Date.parse(at), now);
  return html`<time datetime="${at}" title="${at}" data-moment>${text}</time>`;
}

/** The colour is never the only carrier: the word stands beside it. */
export const phaseMark = (phase: NodePhase): Html =>
  html`<span class="sign tone-${TONES[phase]}" aria-hidden="true">${SIGNS[phase]}</span>`;

export const standingMark = ({ word, tone }: Standing): Html => html`<span class="word tone-${tone}">${word}</span>`;

export const revisionMark = (revision: string | undefined): Html =>
  revision === undefined
    ? html`<span class="faint">none</span>`
    : html`<code title="${revision}">${shortRevision(revision)}</code>`;

/** How much of something is there, as a thin line. */
export function share(part: number, whole: number): Html {
  const width = whole === 0 ? 0 : (100 * part) / whole;
  return html`<svg class="share" viewBox="0 0 100 2" preserveAspectRatio="none" aria-hidden="true">
    <rect class="whole" width="100" height="2" />
    <rect class="part" width="${width.toFixed(1)}" height="2" />
  </svg>`;
}

/** A value as a person would write it. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'string') return value === '' ? '""' : value;
  return JSON.stringify(value, null, typeof value === 'object' ? 2 : 0);
}
