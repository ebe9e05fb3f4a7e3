import type { Secret } from '../engine/secret.ts';
import type { Clock, Timing } from '../engine/timing.ts';
import { isAbout, pushIn, type Push } from './push.ts';
import { checkSignature } from './signatures.ts';
import type { Follow } from './git-ref.ts';

export interface WebhookAnswer {
  readonly status: 200 | 202 | 400 | 401 | 405 | 409 | 413 | 415;
  readonly body: { readonly message: string };
}

/** Answers to what a forge sends; the body is read here, as far as it may be. Never throws. */
export type Webhook = (request: Request) => Promise<WebhookAnswer>;

/** A repository that is followed. */
interface Followed {
  readonly url: string;
  readonly follow: Follow;
  hint(): void;
}

export interface WebhookOptions {
  /** What the forge signs with, or sends as its token. */
  readonly secret: Secret;
  readonly sources: readonly Followed[];
  readonly clock: Clock;
  readonly timing: Timing;
}

/** GitHub sends 25 MB at most; a push of ordinary size is below 100 kB, and polling sees what is not told. */
const MOST_BYTES = 1024 * 1024;
/** Deliveries that are remembered, so that none counts twice. */
const MOST_MARKS = 10_000;
const PUSHES = ['push', 'Push Hook', 'Tag Push Hook'];

/** A webhook for GitHub and GitLab: a push to what is followed wakes the source, anything else does nothing. */
export function webhook({ secret, sources, clock, timing }: WebhookOptions): Webhook {
  const seen = new Set<string>();
  return async (request) => {
    if (request.method !== 'POST') return answer(405, 'a forge sends POST');
    const body = await readBody(request).catch(() => 'broken' as const);
    if (body === 'broken') return answer(400, 'the body ended too early');
    if (body === 'large')
      return answer(413, `the body is larger than ${MOST_BYTES} bytes; polling will see what was pushed`);
    const signed = checkSignature(request.headers, body, secret);
    if ('refused' in signed) return answer(401, signed.refused);
    if (!/\bjson\b/.test(request.headers.get('content-type') ?? ''))
      return answer(415, 'the body is not JSON: choose the content type application/json in the forge');
    const push = PUSHES.includes(signed.event) ? pushIn(body) : undefined;
    if (push === 'unreadable') return answer(400, 'the body is not that of a push');
    const age = ageOf(signed.sentAt ?? push?.at, clock);
    if (Math.abs(age) > timing.replay) return answer(409, tooOld(age));
    if (signed.marks.some((mark) => seen.has(mark)))
      return answer(409, 'this delivery came before: nothing is done twice');
    remember(seen, signed.marks);
    if (push === undefined) return answer(200, `nothing follows from "${signed.event}": only pushes count`);
    return wake(push, sources);
  };
}

function wake(push: Push, sources: readonly Followed[]): WebhookAnswer {
  const woken = sources.filter(({ url, follow }) => isAbout(push, url, follow));
  if (woken.length === 0) return answer(200, `${push.ref} of this repository is not followed here`);
  for (const source of woken) source.hint();
  return answer(202, `${push.ref} is looked at`);
}

const answer = (status: WebhookAnswer['status'], message: string): WebhookAnswer => ({ status, body: { message } });

const ageOf = (at: number | undefined, clock: Clock): number => (at === undefined ? 0 : clock.now() - at);

function tooOld(age: number): string {
  const seconds = Math.round(Math.abs(age) / 1000);
  return age > 0
    ? `the delivery is ${seconds} s old, and may be a repetition; polling sees what was pushed`
    : `the delivery is ${seconds} s ahead of the clock here: correct one of the two clocks; polling sees what was pushed`;
}

/** The oldest goes first. Time forgets nothing, so that a clock that jumps opens no gap. */
function remember(seen: Set<string>, marks: readonly string[]): void {
  for (const mark of marks) seen.add(mark);
  for (const mark of seen) {
    if (seen.size <= MOST_MARKS) return;
    seen.delete(mark);
  }
}

/** What is larger than may be read stays unread. */
async function readBody(request: Request): Promise<Uint8Array | 'large'> {
  if (Number(request.headers.get('content-length') ?? 0) > MOST_BYTES) return 'large';
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = request.body?.getReader();
  for (;;) {
    const part = await reader?.read();
    if (part === undefined || part.done) return Buffer.concat(parts);
    size += part.value.byteLength;
    if (size > MOST_BYTES) {
      await reader?.cancel();
      return 'large';
    }
    parts.push(part.value);
  }
}
