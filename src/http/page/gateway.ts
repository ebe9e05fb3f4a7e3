import { html } from 'hono/html';
import type { GatewayReport, NodeReport, SourceReport } from '../../daemon/board.ts';
import { capital, duration } from '../../words.ts';
import { apiPathOf, openOutputs } from '../gateway-object.ts';
import { banners, pauseForm, refusal } from './banners.ts';
import { eventList } from './events.ts';
import { gatewayList } from './gateways.ts';
import { moment, revisionMark, standingMark, type Html } from './marks.ts';
import { nodePanel, values } from './node.ts';
import { runs } from './runs.ts';
import { unreadableBanner } from './sources.ts';
import { standingOf } from './standing.ts';
import { tree, type Shown } from './tree.ts';
import { hrefOf, toggle } from './view.ts';

export interface GatewayPage extends Omit<Shown, 'byId'> {
  readonly all: readonly GatewayReport[];
  /** Where its manifest comes from. */
  readonly source: SourceReport | undefined;
}

/** One gateway: all of them on the left, its tree in the middle, the chosen node on the right, its runs below. */
export function gatewayPage({ report, all, source, path, view, now, events }: GatewayPage): Html {
  const byId = new Map(report.nodes.map((node): readonly [string, NodeReport] => [node.id, node]));
  const shown: Shown = { report, path, view, now, byId, events: concerning(events, view.node) };
  return html`<nav class="gateways" id="gateways" aria-label="Gateways">${gatewayList(all, report.key)}</nav>
    <main id="main" tabindex="-1">
      ${head(shown)} ${source === undefined ? '' : unreadableBanner(source)} ${pauseForm(shown)} ${banners(shown)}
      ${tree(shown)} ${runs(shown)}
      <p class="keys faint">
        Keys: <kbd>/</kbd> find, <kbd>↑</kbd> <kbd>↓</kbd> move, <kbd>Enter</kbd> open, <kbd>Esc</kbd> close
      </p>
    </main>
    <aside id="node" class="side" aria-labelledby="side-title" tabindex="-1">
      ${view.node === undefined ? about(shown) : nodePanel(shown, view.node)}
    </aside>`;
}

const concerning = (events: Shown['events'], node: string | undefined): Shown['events'] =>
  typeof events === 'string' || node === undefined
    ? events
    : events.filter((event) => event.type === 'call' && event.node === node);

function head({ report, path, view, now }: Shown): Html {
  const standing = standingOf(report);
  const last = report.runs.at(-1);
  const { attemptedRevision, appliedRevision } = report;
  return html`<header class="head" id="head">
    <div class="title">
      <h1>${report.name}</h1>
      <p class="faint">${report.accountId} · ${report.region} · ${report.file}</p>
    </div>
    <div class="actions">
      <form method="post" action="${apiPathOf(report)}/reconcile" data-wish>
        <input type="hidden" name="by" value="the page" />
        <button class="quiet">Look now</button>
        ${refusal(report, 'reconcile')}
      </form>
      ${
        report.pause === undefined
          ? html`<a class="button quiet" id="ask-pause" href="${hrefOf(path, toggle(view, 'pause'))}">Pause…</a>`
          : ''
      }
    </div>
    <p class="verdict" role="status">
      ${standingMark(standing)}
      ${standing.because === '' ? '' : html`<span class="because">${capital(standing.because)}</span>`}
    </p>
    <dl class="facts">
      ${fact('Revision', revisionMark(appliedRevision))}
      ${attemptedRevision === appliedRevision ? '' : fact('Tries', revisionMark(attemptedRevision))}
      ${fact('Plan', html`<code>${report.held?.planId ?? last?.planId ?? 'none'}</code>`)}
      ${fact('Time to ready', report.timeToReady === undefined ? 'not yet known' : duration(report.timeToReady))}
      ${fact('Last look', moment(report.lastLook, now))}
      ${fact('Next look', report.running ? 'going on now' : moment(report.nextLook, now))}
    </dl>
  </header>`;
}

const fact = (name: string, value: Html | string): Html =>
  html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;

/** What stands in the right column while no node is chosen. */
function about({ report, now, events }: Shown): Html {
  return html`<h2 id="side-title">About ${report.name}</h2>
    <section aria-labelledby="conditions-title">
      <h3 id="conditions-title">Conditions</h3>
      <ul class="conditions">
        ${report.conditions.map((condition) => conditionRow(condition, now))}
      </ul>
    </section>
    ${eventList(events, now)} ${values('Outputs', openOutputs(report))}`;
}

/** What is as it should be is one line. */
function conditionRow(condition: GatewayReport['conditions'][number], now: number): Html {
  const { type, status, reason, message, lastTransitionTime } = condition;
  const tone = toneOf(type, status);
  const since = lastTransitionTime === undefined ? '' : html`, ${moment(lastTransitionTime, now)}`;
  const why = html`<span class="reason faint">${reason}${since}</span>
    ${message === '' ? '' : html`<span class="message">${message}</span>`}`;
  return html`<li>
    <span class="type">${type}</span> <span class="status tone-${tone}">${status}</span>
    ${tone === 'good' || tone === 'calm' ? '' : why}
  </li>`;
}

/** Conditions of which somebody should know when they are true. */
const UNWANTED: ReadonlySet<string> = new Set(['Drifted', 'Stalled', 'Paused', 'Progressing', 'Released']);

function toneOf(type: string, status: string): string {
  if (status === 'Unknown') return 'bad';
  if (UNWANTED.has(type)) return status === 'False' ? 'calm' : type === 'Stalled' ? 'bad' : 'warn';
  return status === 'True' ? 'good' : 'bad';
}
