import { html } from 'hono/html';
import type { RunReport } from '../../daemon/board.ts';
import { count, duration } from '../../words.ts';
import { moment, revisionMark, type Html } from './marks.ts';
import type { Tone } from './standing.ts';
import type { Shown } from './tree.ts';
import { hrefOf } from './view.ts';

const TONE: Readonly<Record<RunReport['result'], Tone>> = {
  converged: 'good',
  observed: 'good',
  pending: 'busy',
  held: 'warn',
  interrupted: 'calm',
  failed: 'bad',
};

const WHY: Readonly<Record<RunReport['why'], string>> = {
  revision: 'a new revision',
  interval: 'the interval',
  event: 'an event',
  request: 'a request',
  start: 'the start of the daemon',
  retry: 'another try',
};

const HEIGHT = 56;

/** The last runs as bars, the newest on the right, and the chosen one in words. */
export function runs(shown: Shown): Html {
  const { report, path, view, now } = shown;
  const all = report.runs;
  const chosen = all.find((run) => run.at === view.run) ?? all.at(-1);
  const longest = Math.max(1000, ...all.map((run) => run.ms));
  return html`<section class="runs" id="runs" aria-labelledby="runs-title">
    <h2 id="runs-title">Last runs</h2>
    ${
      chosen === undefined
        ? html`<p class="empty">None yet.</p>`
        : html`<ol class="bars" aria-describedby="runs-note">
              ${all.map(
                (run) =>
                  html`<li>
                    <a
                      class="bar tone-${TONE[run.result]}"
                      id="run-${run.at}"
                      href="${hrefOf(path, { ...view, run: run.at })}"
                      aria-label="${nameOf(run)}"
                      title="${nameOf(run)}"
                      ${run === chosen ? html`aria-current="true"` : ''}
                      >${bar(run, longest)}</a
                    >
                  </li>`,
              )}
            </ol>
            <p class="faint note" id="runs-note">
              Height: how long it took, on a logarithmic scale; the longest took ${duration(longest)}.
            </p>
            ${inWords(chosen, now)}`
    }
  </section>`;
}

/** A second is the lowest bar; every tenfold is as high as the one before. */
function bar({ ms }: RunReport, longest: number): Html {
  const decades = Math.max(1, Math.log10(longest / 100));
  const height = Math.max(3, (HEIGHT * Math.log10(Math.max(ms, 130) / 100)) / decades);
  return html`<svg viewBox="0 0 10 ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
    <rect y="${(HEIGHT - height).toFixed(1)}" width="10" height="${height.toFixed(1)}" rx="1.5" />
  </svg>`;
}

const nameOf = (run: RunReport): string =>
  `${run.result}, ${duration(run.ms)}, ${run.at}${run.times > 1 ? `, ${run.times} times` : ''}`;

function inWords(run: RunReport, now: number): Html {
  return html`<div class="run">
    <p>
      <span class="word tone-${TONE[run.result]}">${run.result}</span> ${moment(run.at, now)} in ${duration(run.ms)},
      for ${WHY[run.why]}${run.times > 1 ? html`; ${run.times} alike in a row` : ''}
    </p>
    <p class="faint">
      revision ${revisionMark(run.revision)}, plan <code>${run.planId}</code>,
      ${run.steps === 0 ? 'nothing changed' : count(run.steps, 'change')}
    </p>
    ${
      run.errors.length === 0
        ? ''
        : html`<ul class="errors">
            ${run.errors.map((error) => html`<li>${error}</li>`)}
          </ul>`
    }
  </div>`;
}
