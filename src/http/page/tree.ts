import { html } from 'hono/html';
import type { GatewayReport, NodeReport } from '../../daemon/board.ts';
import type { Event } from '../../state/events.ts';
import { count, few } from '../../words.ts';
import { domainsOf } from '../gateway-object.ts';
import { moment, phaseMark, share, type Html } from './marks.ts';
import { openOnes, worstOf } from './standing.ts';
import { hrefOf, isOpen, toggle, type View } from './view.ts';

export interface Shown {
  readonly report: GatewayReport;
  readonly path: string;
  readonly view: View;
  readonly byId: ReadonlyMap<string, NodeReport>;
  /** What happened to the gateway or the chosen node, or why that cannot be read. */
  readonly events: readonly Event[] | string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The gateway by domain: what is not ready is open, the rest is shut with a count. */
export function tree(shown: Shown): Html {
  const { report, path, view } = shown;
  const { nodes } = report;
  return html`<section class="tree" id="tree" aria-labelledby="tree-title">
    <div class="section-head">
      <h2 id="tree-title">Resources</h2>
      <form class="find" role="search" action="${path}" data-live>
        ${view.node === undefined ? '' : html`<input type="hidden" name="node" value="${view.node}" />`}
        <input
          type="search"
          name="find"
          id="find"
          value="${view.find ?? ''}"
          placeholder="Find"
          aria-label="Find resources by name, phase or reason"
          autocomplete="off"
          spellcheck="false"
        />
      </form>
    </div>
    ${
      nodes.length === 0
        ? html`<p class="empty">Nothing is known of this gateway yet: it has not been looked at.</p>`
        : view.find === undefined
          ? domainsOf(nodes).map(({ name }) =>
              domain(
                shown,
                name,
                nodes.filter((node) => node.domain === name),
              ),
            )
          : found(shown, view.find)
    }
  </section>`;
}

function domain(shown: Shown, name: string, nodes: readonly NodeReport[]): Html {
  const { path, view } = shown;
  const open = openOnes(nodes);
  const ready = nodes.filter((node) => node.phase === 'ready');
  const whole = isOpen(view, name, open.length > 0);
  const readyName = `${name}.ready`;
  const readyOpen = open.length === 0 || isOpen(view, readyName, false);
  return html`<section class="domain" id="domain-${name}" aria-labelledby="domain-${name}-title">
    <h3 id="domain-${name}-title">
      <a class="fold" id="fold-${name}" href="${hrefOf(path, toggle(view, name))}" aria-expanded="${String(whole)}">
        <span class="chevron" aria-hidden="true"></span>
        ${phaseMark(worstOf(nodes))}
        <span class="domain-name">${name}</span>
        <span class="domain-count">
          ${open.length === 0 ? html`${nodes.length} ready` : html`${ready.length} of ${nodes.length} ready`}
        </span>
        ${open.length === 0 ? '' : share(ready.length, nodes.length)}
      </a>
    </h3>
    ${
      whole
        ? html`${list(shown, open)}
          ${
            open.length > 0 && ready.length > 0
              ? html`<a
                  class="fold more"
                  id="fold-${readyName}"
                  href="${hrefOf(path, toggle(view, readyName))}"
                  aria-expanded="${String(readyOpen)}"
                  ><span class="chevron" aria-hidden="true"></span>${ready.length} ready</a
                >`
              : ''
          }
          ${readyOpen ? list(shown, ready) : ''}`
        : ''
    }
  </section>`;
}

function found(shown: Shown, find: string): Html {
  const part = find.toLowerCase();
  const hits = shown.report.nodes.filter((node) =>
    [node.id, node.phase, node.domain, node.because ?? ''].some((text) => text.toLowerCase().includes(part)),
  );
  return html`<p class="found" role="status">${count(hits.length, 'resource')} with “${find}”</p>
    ${list(shown, [...openOnes(hits), ...hits.filter((node) => node.phase === 'ready')])}`;
}

const list = (shown: Shown, nodes: readonly NodeReport[]): Html | '' =>
  nodes.length === 0
    ? ''
    : html`<ul class="nodes">
        ${nodes.map((node) => row(shown, node))}
      </ul>`;

function row({ path, view, now, byId }: Shown, node: NodeReport): Html {
  const { id, kind, phase, because, since } = node;
  const waits = phase === 'ready' ? [] : openNeeds(node, byId);
  const why = because ?? (waits.length === 0 ? '' : `waits for ${few(waits)}`);
  return html`<li>
    <a
      class="node"
      id="row-${id}"
      href="${hrefOf(path, { ...view, node: id })}#node"
      ${view.node === id ? html`aria-current="true"` : ''}
    >
      ${phaseMark(phase)}
      <span class="id"><span class="kind">${kind}/</span>${id.slice(kind.length + 1)}</span>
      <span class="phase">${phase}</span>
      <span class="since">${moment(since, now)}</span>
      ${why === '' ? '' : html`<span class="why">${why}</span>`}
    </a>
  </li>`;
}

/** What it waits for and is not ready itself. */
const openNeeds = ({ waitsFor }: NodeReport, byId: Shown['byId']): readonly string[] =>
  waitsFor.filter((id) => byId.get(id)?.phase !== 'ready');
