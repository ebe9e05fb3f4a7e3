import type { WebFailure } from '../outside/http-failure.ts';
import type { Web, WebAnswer } from '../outside/http.ts';
import { ASKED } from '../reconcilers/ingress/switch.ts';
import type { Door } from './doors.ts';
import type { Layer } from './finding.ts';

/** How an address answers. */
export interface Heard {
  /** The layer that did not do its work; undefined: all that a request goes through did. */
  readonly failed: Layer | undefined;
  readonly said: string;
  /** Somebody took the connection, with a certificate where there has to be one. */
  readonly connected: boolean;
}

/** Asks an address by its name, and where that is in vain past the name, to tell one from the other. */
export async function hear(web: Pick<Web, 'ask'>, door: Door & { readonly host: string }): Promise<Heard> {
  const { front, host, protocol, entry, named } = door;
  const url = `${protocol}://${host}${ASKED[front].path}`;
  const answer = await web.ask({ url });
  const heard = judge(door, answer);
  if (heard.failed === undefined || !named || entry === undefined) return heard;
  const past = judge(door, await web.ask({ url, via: entry }));
  if (past.failed !== undefined) return heard;
  const said = heard.failed === 'dns' ? heard.said : `${host} leads elsewhere than to ${entry}: ${heard.said}`;
  return { failed: 'dns', said, connected: heard.connected };
}

function judge(door: Door, answer: WebAnswer | WebFailure): Heard {
  if ('failure' in answer) return { failed: layerOfFailure(door, answer), said: answer.reason, connected: false };
  const { status, headers } = answer;
  const { expect, path } = ASKED[door.front];
  const said = `${String(headers['server'] ?? 'it')} answers ${status} for ${path}`;
  if (expect.includes(status)) return { failed: undefined, said, connected: true };
  return { failed: layerOfStatus(door, status, String(headers['server'] ?? '')), said, connected: true };
}

function layerOfFailure({ throughCloudfront }: Door, { failure }: WebFailure): Layer {
  if (failure === 'no-name') return 'dns';
  if (failure === 'certificate') return 'certificate';
  return throughCloudfront ? 'cloudfront' : 'load-balancer';
}

const UPSTREAM: ReadonlySet<number> = new Set([502, 503, 504]);

/** Each layer signs what it says by itself; what it passes on has the signature of a further one. */
function layerOfStatus({ throughCloudfront }: Door, status: number, server: string): Layer {
  const isCloudfront = /^CloudFront/i.test(server);
  // Some distribution, but none that the name should lead to.
  if (isCloudfront && !throughCloudfront) return 'dns';
  if (isCloudfront) return status === 502 || status === 504 ? 'load-balancer' : 'cloudfront';
  if (/^awselb/i.test(server)) return UPSTREAM.has(status) ? 'targets' : 'load-balancer';
  return 'tasks';
}
