import { html } from 'hono/html';
import type { NodeReport } from '../../daemon/board.ts';
import type { Origin } from '../../state/applied.ts';
import { count } from '../../words.ts';
import { wantedOf } from '../wanted.ts';
import { consoleLink } from './console-links.ts';
import { eventList } from './events.ts';
import { moment, phaseMark, valueText, type Html } from './marks.ts';
import { TONES } from './standing.ts';
import type { Shown } from './tree.ts';
import { hrefOf, isOpen, toggle } from './view.ts';

type FieldChange = NodeReport['changes'][number];

const MOVED: Readonly<Record<Origin, string>> = {
  manifest: 'changed in the manifest',
  outside: 'changed outside',
  both: 'changed in the manifest and outside',
  unknown: 'nobody knows who changed it',
};

/** The chosen node: why it is as it is, field by field, what AWS gave it, and where to look further. */
export function nodePanel(shown: Shown, id: string): Html {
  const { report, path, view, byId, now } = shown;
  const node = byId.get(id);
  const close = hrefOf(path, { ...view, node: undefined });
  if (node === undefined)
    return html`${head(close, html`<h2 id="side-title">${id}</h2>`)}
      <p class="empty">There is no such resource any more.</p>`;
  const link = consoleLink(node, report);
  const needed = report.nodes.filter((each) => each.waitsFor.includes(id)).map((each) => each.id);
  return html`${head(
      close,
      html`<h2 id="side-title"><span class="kind">${node.kind}/</span>${id.slice(node.kind.length + 1)}</h2>`,
    )}
    <p class="standing">
      ${phaseMark(node.phase)} <span class="word tone-${TONES[node.phase]}">${node.phase}</span>
      <span class="faint">since ${moment(node.since, now)}, ${node.domain}</span>
    </p>
    ${node.because === undefined ? '' : html`<p class="because">${node.because}</p>`}
    ${node.action === undefined ? '' : html`<p class="next">Next: ${node.action}</p>`}
    ${
      link === undefined
        ? ''
        : html`<p><a class="button" href="${link}" target="_blank" rel="noreferrer">AWS console ↗</a></p>`
    }
    ${fields(shown, node)} ${eventList(shown.events, now)} ${values('Outputs', node.outputs)}
    ${links(shown, 'Waits for', node.waitsFor)} ${links(shown, 'Holds up', needed)}`;
}

const head = (close: string, title: Html): Html =>
  html`<div class="section-head">
    ${title}<a class="close" id="close" href="${close}" aria-label="Close" title="Close (Esc)">✕</a>
  </div>`;

function fields(shown: Shown, node: NodeReport): Html | '' {
  const { changes } = node;
  const moved = new Set(changes.map(({ path }) => path.split('/')[1]));
  const same = Object.entries(wantedOf(node, shown.byId)).filter(([name]) => !moved.has(name));
  if (changes.length === 0 && same.length === 0) return '';
  const { path, view } = shown;
  const open = isOpen(view, 'same', changes.length === 0);
  return html`<section aria-labelledby="fields-title">
    <h3 id="fields-title">Fields</h3>
    ${changes.map(field)}
    ${
      same.length === 0
        ? ''
        : html`<a
              class="fold more"
              id="fold-same"
              href="${hrefOf(path, toggle(view, 'same'))}#node"
              aria-expanded="${String(open)}"
            >
              <span class="chevron" aria-hidden="true"></span>${count(same.length, 'field')} as wanted
            </a>
            ${open ? pairs(same) : ''}`
    }
  </section>`;
}

function field({ path, from, to, replaces, origin }: FieldChange): Html {
  return html`<div class="field origin-${origin}">
    <h4>${path.slice(1)}</h4>
    <p class="mover">${MOVED[origin]}${replaces ? '; can only be had by a new one' : ''}</p>
    <dl>${line('wanted', to)} ${applied(origin, from, to)} ${line('live', from)}</dl>
  </div>`;
}

/** Hashes are all that is kept of it: which of the two it was, if either. */
function applied(origin: Origin, from: unknown, to: unknown): Html {
  switch (origin) {
    case 'manifest':
      return line('applied', from);
    case 'outside':
      return line('applied', to);
    case 'both':
      return html`<dt>applied</dt>
        <dd class="faint">neither of the two</dd>`;
    case 'unknown':
      return html`<dt>applied</dt>
        <dd class="faint">not recorded</dd>`;
  }
}

const line = (name: string, value: unknown): Html =>
  html`<dt>${name}</dt>
    <dd><code>${valueText(value)}</code></dd>`;

/** Names with their values; what is not known yet is left out. */
export function values(title: string, of: Readonly<Record<string, unknown>>): Html | '' {
  const known = Object.entries(of).filter(([, value]) => value !== undefined && value !== null);
  if (known.length === 0) return '';
  const id = `values-${title.toLowerCase()}`;
  return html`<section aria-labelledby="${id}">
    <h3 id="${id}">${title}</h3>
    ${pairs(known)}
  </section>`;
}

const pairs = (of: readonly (readonly [string, unknown])[]): Html =>
  html`<dl class="values">
    ${of.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${linked(value)}</dd>`,
    )}
  </dl>`;

const linked = (value: unknown): Html =>
  typeof value === 'string' && /^https?:\/\/[^\s<>"]+$/.test(value)
    ? html`<a href="${value}" target="_blank" rel="noreferrer">${value}</a>`
    : html`<code>${valueText(value)}</code>`;

function links({ path, view, byId }: Shown, title: string, ids: readonly string[]): Html | '' {
  if (ids.length === 0) return '';
  const id = `links-${title.toLowerCase().replace(' ', '-')}`;
  return html`<section aria-labelledby="${id}">
    <h3 id="${id}">${title}</h3>
    <ul class="links">
      ${ids.map(
        (each) =>
          html`<li>
            ${phaseMark(byId.get(each)?.phase ?? 'unknown')}
            <a href="${hrefOf(path, { ...view, node: each })}#node">${each}</a>
          </li>`,
      )}
    </ul>
  </section>`;
}
