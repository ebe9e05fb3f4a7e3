import { html } from 'hono/html';
import { assets } from './generated/assets.ts';
import type { Html } from './marks.ts';
import type { Tone } from './standing.ts';

export interface Shell {
  readonly title: string;
  readonly tone: Tone;
  readonly now: number;
  readonly body: Html;
  /** False where there is nothing to keep up to date. */
  readonly live?: boolean;
}

/** The colour of the mark in the browser's tab. */
const TAB: Readonly<Record<Tone, string>> = {
  good: '2c8a57',
  busy: '3b6fd4',
  warn: 'b7791f',
  bad: 'cf3f3f',
  calm: '8a8f98',
};

/** A whole document. What it loads comes from here; nothing runs inline. */
export function shell({ title, tone, now, body, live = true }: Shell): Html {
  const icon = `data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='6' fill='%23${TAB[tone]}'/%3E%3C/svg%3E`;
  return html`<!doctype html>
    <html lang="en" data-now="${new Date(now).toISOString()}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="icon" href="${icon}" />
        <link rel="stylesheet" href="${assets.style.path}" />
        ${
          live
            ? html`<script type="module" src="${assets.script.path}"></script>
                <noscript><meta http-equiv="refresh" content="30" /></noscript>`
            : ''
        }
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header class="top" id="top">
          <a class="brand" href="/">MCP gateways</a>
          ${live ? html`<p class="fresh" id="fresh">As of ${new Date(now).toISOString().slice(11, 19)} UTC</p>` : ''}
        </header>
        ${live ? html`<p class="lost" id="lost" role="alert" hidden></p>` : ''}
        <div class="desk" id="desk">${body}</div>
      </body>
    </html>`;
}
