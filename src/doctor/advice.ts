import type { Door } from './doors.ts';
import type { Advice, Layer } from './finding.ts';

/** What to look at where all that the controller knows of is as it should be. */
export function adviceFor(layer: Layer, door: Door, said: string): Advice {
  return { words: WORDS[layer](door, said) };
}

const WORDS: Readonly<Record<Layer, (door: Door, said: string) => string>> = {
  dns: ({ named, entry }) =>
    named
      ? `Ask for the name from elsewhere too: a resolver may still remember what was there before. It has to lead to ${entry ?? 'AWS'}.`
      : 'AWS has the name and this machine does not find it: new names take a minute; otherwise its resolver does not ask the internet.',
  certificate: () =>
    'AWS has an issued certificate there. If something between here and AWS opens TLS, trust its authority (NODE_EXTRA_CA_CERTS) or go past it.',
  cloudfront: (_door, said) =>
    / answers 403 /.test(said)
      ? 'Either the web ACL or the geographic restriction refuses this place, or another distribution has the name.'
      : 'Try from another network: something between here and CloudFront may keep requests out.',
  'load-balancer': ({ throughCloudfront }) =>
    throughCloudfront
      ? 'CloudFront does not get to the load balancer: look for a network ACL on the public subnets, and for a changed route table.'
      : 'This address has to be among spec.ingress.allowedCidrs, and no network ACL may keep it out.',
  targets: (_door, said) =>
    /timed out/i.test(said)
      ? 'The tasks do not answer on the port of the health check: look for a network ACL, and into the log of the service whether the program listens.'
      : 'The program answers, but not as it should: its log says why.',
  tasks: (_door, said) =>
    / answers 404 /.test(said)
      ? 'Another program answers than the gateway, often the default page of nginx: the image was built without the site of the gateway. Build it again from the release, push it and apply.'
      : 'The program answers with an error: its log says why.',
  database: () => 'Look into the events of the cluster in RDS.',
  realm: () => 'Look into the events of the realm in Keycloak.',
};

/** What can be wrong although everything answers: only a person in a browser sees it. */
export const symptoms: readonly (readonly [symptom: string, cause: string])[] = [
  [
    'signed out right after signing in',
    'the session cookie is for HTTPS alone, and the registry took the request for HTTP',
  ],
  [
    '"Invalid parameter: redirect_uri"',
    'the registry was entered by a name that is none of its own; spec.ingress.additionalServerNames adds one',
  ],
  ['"HTTPS required"', 'Keycloak was asked by another address than its own, or without the header of the protocol'],
  [
    '403 after signing in',
    'the user is in no group, or the scopes were not initialised; restart registry and auth after that',
  ],
];
