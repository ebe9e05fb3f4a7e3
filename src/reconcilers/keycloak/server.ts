import type { Aws, AwsKind } from '../../aws/aws.ts';
import { toReconcileError } from '../../aws/errors.ts';
import { must } from '../../engine/errors.ts';
import type { Look, Observed, Phase } from '../../engine/kind.ts';
import { known, type SecretRef } from '../../engine/ref.ts';
import type { Secret } from '../../engine/secret.ts';
import { service } from '../ecs/service.ts';
import { secret } from '../identity/secret.ts';
import { endSilence, silentFor } from '../silence.ts';
import { changePassword, enter } from './entrance.ts';

/** Keycloak itself, which answers at its door and lets its administrator in. */
export interface KeycloakServerProps {
  /** Its public address. */
  readonly url: string;
  /** A DNS name to connect to in place of the URL's host: nobody asks for a host whose record may not stand yet. */
  readonly via: string;
  readonly adminUsername: string;
  readonly adminPassword: Secret;
  /** The version of the secret that holds it. */
  readonly adminPasswordVersion: string;
  /** Of its own realm, master. */
  readonly sslRequired: SslRequired;
}

/** From where plain HTTP is taken: `external` is from private addresses alone, `none` from everywhere. */
export type SslRequired = 'all' | 'external' | 'none';

export interface KeycloakServerOutputs {
  readonly url: string;
  /** The ARN of the secret that opens it. Unknown: there has never been a Keycloak here. */
  readonly openedBy: string;
}

export const keycloakServer: AwsKind<KeycloakServerProps, KeycloakServerOutputs> = {
  name: 'KeycloakServer',
  immutable: [],
  replace: 'refuse',
  // Another password in Secrets Manager may be the right one.
  mends: true,
  identifies: [],
  leaves: ['Realm', 'RealmClient'],
  takes: { update: 1 },
  // Where it is asked and as whom is no part of it; the password shows in what it accepts.
  canonical: ({ adminPasswordVersion, sslRequired }) => ({ adminPasswordVersion, sslRequired }),
  actions: { read: ['secretsmanager:GetSecretValue'], write: [] },

  observe: (look) => Promise.all(look.nodes.map((node) => observe(look, node))),

  async update({ env: aws }, { outputs }, props, changed) {
    const { url, via, adminUsername: username, adminPassword: password, adminPasswordVersion: version } = props;
    const { admin } = await enter(aws, { url, via, username }, must(outputs.openedBy, 'openedBy'));
    if (changed.has('sslRequired')) await admin.put('/master', { sslRequired: props.sslRequired });
    if (changed.has('adminPasswordVersion')) await changePassword(aws, { url, via, username, password }, version);
  },
};

type Live = Observed<KeycloakServerProps, KeycloakServerOutputs>;
type Node = Look<Aws, KeycloakServerProps>['nodes'][number];

async function observe({ env: aws, live, fill }: Look<Aws>, { name, props: wanted }: Node): Promise<Live> {
  const props = await fill(wanted);
  const [url, via, username] = [props.url, props.via, props.adminUsername].map((value) => known<string>(value));
  const adminPasswordVersion = known<string>(props.adminPasswordVersion);
  const sslRequired = known<SslRequired>(props.sslRequired);
  const arn = known<string>((props.adminPassword as SecretRef).$secret);
  // A secret that is going goes with the data that it opened.
  const isGoing = (await live(secret)).some(({ outputs, phase }) => outputs.arn === arn && phase === 'deleting');
  const openedBy = isGoing ? undefined : arn;
  const unseen = (phase: Phase, because: string): Live => ({
    name,
    phase,
    because,
    // Taken as it is wanted now: only what is yet to change may help.
    props: { url, via, adminUsername: username, adminPasswordVersion, sslRequired },
    outputs: { url, openedBy },
  });
  if (url === undefined || via === undefined || username === undefined || openedBy === undefined)
    return unseen('unseen', 'there is nobody to ask yet');
  const address = `admin of ${url} ${via}`;
  try {
    const { admin, passwordVersion } = await enter(aws, { url, via, username }, openedBy);
    const master = must(await admin.get<Pick<KeycloakServerProps, 'sslRequired'>>('/master'), 'master');
    endSilence(aws, address);
    return {
      name,
      phase: 'ready',
      props: {
        url,
        via,
        adminUsername: username,
        adminPasswordVersion: passwordVersion,
        sslRequired: master.sslRequired,
      },
      outputs: { url, openedBy },
    };
  } catch (error) {
    const { message, disposition } = toReconcileError(error);
    const runs = (await live(service)).some((one) => one.name === 'keycloak' && one.phase === 'ready');
    if (!runs) {
      endSilence(aws, address);
      return unseen('unseen', message);
    }
    if (disposition === 'stalled') return unseen('failed', message);
    // What runs and cannot be reached for minutes is for a person to look at.
    const isLost = silentFor(aws, address) > aws.timing.entrance;
    const hint = 'where there is no way to it from here, spec.keycloak.realm has to be unmanaged';
    return unseen(isLost ? 'failed' : 'unseen', `${message}; ${hint}`);
  }
}
