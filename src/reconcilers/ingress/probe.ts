import type { Aws, AwsKind } from '../../aws/aws.ts';
import type { Observed, Phase } from '../../engine/kind.ts';
import { known } from '../../engine/ref.ts';
import { endSilence, silentFor } from '../silence.ts';

/** A public address that has to answer before anything that relies on it is changed. */
export interface ProbeProps {
  readonly url: string;
  /** A DNS name to connect to in place of the URL's host: nobody asks for a host whose record may not stand yet. */
  readonly via: string;
  readonly path: string;
  /** The statuses that count as an answer. */
  readonly expect: readonly number[];
}

export interface ProbeOutputs {
  readonly url: string;
}

/** Asks as a browser would, with the certificate checked, until the answer is the one that is waited for. */
export const probe: AwsKind<ProbeProps, ProbeOutputs> = {
  name: 'Probe',
  immutable: [],
  replace: 'new-first',
  identifies: [],
  // Nothing is asked but an address, so nothing of it can differ.
  canonical: () => ({}),
  actions: { read: [], write: [] },

  observe: ({ env: aws, nodes }) =>
    Promise.all(
      nodes.map(async ({ name, props }) => {
        const asked = known<ProbeProps>(props);
        return asked === undefined ? toObserved(name, undefined, 'there is nobody to ask yet') : ask(aws, name, asked);
      }),
    ),
};

async function ask(aws: Aws, name: string, props: ProbeProps): Promise<Observed<ProbeProps, ProbeOutputs>> {
  const because = await whyNot(aws, props);
  const address = `${props.url} ${props.via}`;
  if (because === undefined) {
    endSilence(aws, address);
    return toObserved(name, props);
  }
  // Nothing that is still underway takes as long: a person has to look.
  return toObserved(name, props, because, silentFor(aws, address) < aws.timing.patience ? 'pending' : 'failed');
}

/** Why the answer is not the one that is waited for. */
async function whyNot(aws: Aws, props: ProbeProps): Promise<string | undefined> {
  const answer = await aws.web.ask({ url: new URL(props.path, props.url).href, via: props.via });
  if ('failure' in answer) {
    // A load balancer that keeps somebody out is as silent as one that is not there yet.
    const isKeptOut = answer.failure === 'timeout' && !props.via.endsWith('.cloudfront.net');
    const hint = isKeptOut ? '; this machine has to be among spec.ingress.allowedCidrs' : '';
    return `${props.url}: ${answer.reason}${hint}`;
  }
  if (props.expect.includes(answer.status)) return undefined;
  return `${props.url}: ${props.via} answers ${answer.status} for ${props.path}`;
}

function toObserved(
  name: string,
  props: ProbeProps | undefined,
  because?: string,
  phase: Phase = because === undefined ? 'ready' : 'pending',
): Observed<ProbeProps, ProbeOutputs> {
  return {
    name,
    phase,
    because,
    props: { url: props?.url, via: props?.via, path: props?.path, expect: props?.expect },
    outputs: { url: props?.url },
  };
}
