import { html } from 'hono/html';
import type { SourceReport } from '../../daemon/board.ts';
import { capital, count } from '../../words.ts';
import { revisionMark, type Html } from './marks.ts';

/** What is wrong with a source: it cannot be read, or manifests in it have mistakes. */
export function sourceBanner(source: SourceReport): Html | '' {
  if (source.error !== undefined) return unreadableBanner(source);
  const { place, problems } = source;
  if (problems.length === 0) return '';
  return html`<section class="banner unreadable" id="source-${encodeURIComponent(place)}" aria-label="Source ${place}">
    <h2><code>${place}</code> has ${count(problems.length, 'mistake')}</h2>
    <ul>
      ${problems.map((problem) => html`<li>${problem}</li>`)}
    </ul>
  </section>`;
}

/** That a source cannot be read, where it cannot; its gateways stay as it last said. */
export function unreadableBanner({ place, error, revision }: SourceReport): Html | '' {
  if (error === undefined) return '';
  return html`<section class="banner unreadable" id="source-${encodeURIComponent(place)}" aria-label="Source ${place}">
    <h2><code>${place}</code> cannot be read</h2>
    <p>${capital(error)}</p>
    <p class="faint">
      ${revision === undefined ? 'It has not been read yet.' : html`What it said at ${revisionMark(revision)} stays in force.`}
    </p>
  </section>`;
}
