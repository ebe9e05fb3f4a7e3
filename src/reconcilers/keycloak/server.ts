import type { Aws, AwsKind } from '../../aws/aws.ts';
import { orUndefined, toReconcileError } from '../../aws/errors.ts';
import { must, stalled } from '../../engine/errors.ts';
import type { Look, Observed, Phase } from '../../engine/kind.ts';
import { known, type SecretRef } from '../../engine/ref.ts';
import { Secret } from '../../engine/secret.ts';
import { service } from '../ecs/service.ts';
import { perSession } from '../per-session.ts';
import { Admin, isRefused } from './admin.ts';

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

interface Entered {
  readonly admin: Admin;
  readonly door: string;
  readonly passwordVersion: string;
}

const session = perSession(() => ({
  entered: undefined as Entered | undefined,
  /** Since when it has been silent although its service runs. */
  silentSince: undefined as number | undefined,
}));

/** The administrator of a session, who has come in before anything inside Keycloak is looked at. */
export const adminOf = (aws: Aws): Admin => must(session(aws).entered, 'the administrator of Keycloak').admin;

export const keycloakServer: AwsKind<KeycloakServerProps, KeycloakServerOutputs> = {
  name: 'KeycloakServer',
  immutable: [],
  replace: 'refuse',
  // Another password in Secrets Manager may be the right one.
  mends: true,
  identifies: [],
  leaves: ['Realm', 'RealmClient'],
  takes: { create: 30, update: 1 },
  // Where it is asked and as whom is no part of it; the password shows in what it accepts.
  canonical: ({ adminPasswordVersion, sslRequired }) => ({ adminPasswordVersion, sslRequired }),
  actions: { read: ['secretsmanager:GetSecretValue'], write: [] },

  observe: (look) => Promise.all(look.nodes.map((node) => observe(look, node))),

  async update({ env: aws }, { outputs }, props, changed) {
    const { url, via, adminUsername: username } = props;
    await enter(aws, { url, via, username }, must(outputs.openedBy, 'openedBy'));
    if (changed.has('sslRequired')) await adminOf(aws).put('/master', { sslRequired: props.sslRequired });
    if (changed.has('adminPasswordVersion')) await changePassword(aws, props);
  },
};

/** Gives the administrator the password of today; the one before it still opens. */
async function changePassword(
  aws: Aws,
  { url, via, adminUsername: username, adminPassword: password, adminPasswordVersion }: KeycloakServerProps,
): Promise<void> {
  const { admin, door, passwordVersion } = must(session(aws).entered, 'the administrator of Keycloak');
  if (passwordVersion === adminPasswordVersion) return;
  const users = await admin.get<readonly { readonly id: string }[]>(
    `/master/users?exact=true&username=${encodeURIComponent(username)}`,
  );
  const { id } = must(users?.[0], `the user ${username} of the realm master`);
  const wanted = { type: 'password', value: password.open(), temporary: false };
  await admin.put(`/master/users/${id}/reset-password`, wanted);
  const entrance = { url, via, username, password };
  session(aws).entered = { admin: new Admin(aws, entrance), door, passwordVersion: adminPasswordVersion };
}

type Live = Observed<KeycloakServerProps, KeycloakServerOutputs>;
type Node = Look<Aws, KeycloakServerProps>['nodes'][number];

async function observe({ env: aws, live, fill }: Look<Aws>, { name, props: wanted }: Node): Promise<Live> {
  const props = await fill(wanted);
  const [url, via, username] = [props.url, props.via, props.adminUsername].map((value) => known<string>(value));
  const adminPasswordVersion = known<string>(props.adminPasswordVersion);
  const sslRequired = known<SslRequired>(props.sslRequired);
  const openedBy = known<string>((props.adminPassword as SecretRef).$secret);
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
  const now = session(aws);
  try {
    const { admin, passwordVersion } = await enter(aws, { url, via, username }, openedBy);
    const master = must(await admin.get<Pick<KeycloakServerProps, 'sslRequired'>>('/master'), 'master');
    now.silentSince = undefined;
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
      now.silentSince = undefined;
      return unseen('unseen', message);
    }
    if (disposition === 'stalled') return unseen('failed', message);
    // What runs and cannot be reached for minutes is for a person to look at.
    now.silentSince ??= aws.clock.now();
    const isLost = aws.clock.now() - now.silentSince > aws.timing.entrance;
    const hint = 'where there is no way to it from here, spec.keycloak.realm has to be unmanaged';
    return unseen(isLost ? 'failed' : 'unseen', `${message}; ${hint}`);
  }
}

/** Comes in with the password of today, or with the one before it when Keycloak does not know today's yet. */
async function enter(
  aws: Aws,
  where: { readonly url: string; readonly via: string; readonly username: string },
  secretArn: string,
): Promise<Entered> {
  const now = session(aws);
  const door = `${where.url} ${where.via}`;
  if (now.entered?.door === door) {
    const again = await now.entered.admin.enter().then(
      () => now.entered,
      (error: unknown) => (isRefused(error) ? undefined : Promise.reject(error as Error)),
    );
    if (again !== undefined) return again;
  }
  for (const stage of ['AWSCURRENT', 'AWSPREVIOUS']) {
    const found = await passwordOf(aws, secretArn, stage);
    if (found === undefined) continue;
    const admin = new Admin(aws, { ...where, password: found.password });
    try {
      await admin.enter();
    } catch (error) {
      if (isRefused(error)) continue;
      throw error;
    }
    now.entered = { admin, door, passwordVersion: found.version };
    return now.entered;
  }
  throw stalled(
    'NotAccepted',
    `Keycloak knows ${where.username} by another password than ${secretArn} holds now or held before: put the right one there, or set it in Keycloak`,
  );
}

async function passwordOf(
  aws: Aws,
  SecretId: string,
  VersionStage: string,
): Promise<{ readonly password: Secret; readonly version: string } | undefined> {
  const secrets = await aws.secretsmanager();
  const found = await orUndefined(secrets.send(new secrets.GetSecretValueCommand({ SecretId, VersionStage })));
  if (found?.SecretString === undefined || found.VersionId === undefined) return undefined;
  return { password: new Secret(found.SecretString), version: found.VersionId };
}
