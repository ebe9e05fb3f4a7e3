import { html } from 'hono/html';
import type { Board, GatewayReport } from '../../daemon/board.ts';
import { count } from '../../words.ts';
import { moment, share, revisionMark, standingMark, type Html } from './marks.ts';
import { sourceBanner } from './sources.ts';
import { conditionOf, readyIn, sickFirst, tally } from './standing.ts';

/** Where the page shows a gateway. */
export const pathOf = ({ accountId, region, name }: GatewayReport): string =>
  `/gateways/${[accountId, region, name].map(encodeURIComponent).join('/')}`;

/** The gateways as a narrow list, the sick ones first. */
export function gatewayList(all: readonly GatewayReport[], current: string): Html {
  return html`<h2><a href="/">${count(all.length, 'gateway')}</a></h2>
    <ul>
      ${sickFirst(all).map(
        ([report, standing]) =>
          html`<li>
            <a
              href="${pathOf(report)}"
              id="gateway-${report.key}"
              ${report.key === current ? html`aria-current="page"` : ''}
            >
              <span class="name" title="${report.name}">${report.name}</span> ${standingMark(standing)}
              <span class="faint place">${report.region} · ${report.accountId}</span>
            </a>
          </li>`,
      )}
    </ul>`;
}

const CONDITIONS = ['Ready', 'Synced', 'Healthy', 'Drifted', 'Progressing', 'Stalled'] as const;

/** All gateways with their conditions. */
export function overview({ all, sources }: Pick<Board, 'all' | 'sources'>, now: number): Html {
  const sorted = sickFirst(all);
  return html`<main id="main" class="overview" tabindex="-1">
    <header class="head">
      <h1>${count(all.length, 'gateway')}</h1>
      <p class="verdict" role="status">${tally(sorted.map(([, standing]) => standing))}</p>
    </header>
    ${sources.map(sourceBanner)}
    ${
      all.length === 0
        ? html`<p class="empty">
            No gateway is known yet. The daemon shows them here as soon as it has read its source.
          </p>`
        : html`<ul class="cards">
            ${sorted.map(
              ([report, standing]) =>
                html`<li class="card" id="card-${report.key}">
                  <h2><a href="${pathOf(report)}">${report.name}</a></h2>
                  ${standingMark(standing)}
                  <p class="faint place">${report.accountId} · ${report.region}</p>
                  <p class="because">${standing.because}</p>
                  ${report.nodes.length === 0 ? '' : share(readyIn(report.nodes), report.nodes.length)}
                  <ul class="flags" aria-label="Conditions">
                    ${CONDITIONS.map((type) => flag(report, type))}
                  </ul>
                  <p class="faint foot">
                    <span>revision ${revisionMark(report.appliedRevision)}</span>
                    <span>last look ${moment(report.lastLook, now)}</span>
                  </p>
                </li>`,
            )}
          </ul>`
    }
  </main>`;
}

const BAD_WHEN_TRUE: readonly string[] = ['Drifted', 'Stalled'];
const SAID: Readonly<Record<string, string>> = { True: '', False: 'not ', Unknown: 'unknown: ' };

function flag(report: GatewayReport, type: (typeof CONDITIONS)[number]): Html | '' {
  const status = conditionOf(report, type)?.status;
  if (status === undefined) return '';
  // What is not the case and nobody hoped for needs no mention.
  if (status === 'False' && (BAD_WHEN_TRUE.includes(type) || type === 'Progressing')) return '';
  const bad = status !== 'True' || type === 'Stalled';
  const tone = bad ? 'bad' : type === 'Drifted' ? 'warn' : type === 'Progressing' ? 'busy' : 'good';
  return html`<li class="tone-${tone}">${SAID[status]}${type}</li>`;
}
