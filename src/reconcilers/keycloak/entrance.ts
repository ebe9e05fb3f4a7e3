import type { Aws } from '../../aws/aws.ts';
import { orUndefined } from '../../aws/errors.ts';
import { must, stalled } from '../../engine/errors.ts';
import { Secret } from '../../engine/secret.ts';
import { perSession } from '../per-session.ts';
import { Admin, type Entrance } from './admin.ts';
import { isRefused } from './replies.ts';

interface Entered {
  readonly admin: Admin;
  readonly door: string;
  /** Of the secret, the version whose password Keycloak takes. */
  readonly passwordVersion: string;
}

type Where = Omit<Entrance, 'password'>;

const session = perSession(() => ({ entered: undefined as Entered | undefined }));

/** The administrator of a session, who has come in before anything inside Keycloak is looked at. */
export const adminOf = (aws: Aws): Admin => must(session(aws).entered, 'the administrator of Keycloak').admin;

/** Comes in with the password of today, or with the one before it when Keycloak does not know today's yet. */
export async function enter(aws: Aws, where: Where, secretArn: string): Promise<Entered> {
  const { entered } = session(aws);
  if (entered?.door === doorOf(where) && (await takes(entered.admin)) === true) return entered;
  let said = '';
  for (const stage of ['AWSCURRENT', 'AWSPREVIOUS']) {
    const found = await passwordOf(aws, secretArn, stage);
    if (found === undefined) continue;
    const admin = new Admin(aws, { ...where, password: found.password });
    const taken = await takes(admin);
    if (taken === true) return (session(aws).entered = { admin, door: doorOf(where), passwordVersion: found.version });
    said = taken;
  }
  throw stalled(
    'NotAccepted',
    `${said}: neither the password that ${secretArn} holds for ${where.username} nor the one before it; put the right one there, or set it in Keycloak`,
  );
}

/** Gives the administrator the password of today; the one before it has opened. */
export async function changePassword(aws: Aws, entrance: Entrance, passwordVersion: string): Promise<void> {
  const now = must(session(aws).entered, 'the administrator of Keycloak');
  if (now.passwordVersion === passwordVersion) return;
  const { username, password } = entrance;
  const path = `/master/users?exact=true&username=${encodeURIComponent(username)}`;
  const users = await now.admin.get<readonly { readonly id: string }[]>(path);
  const { id } = must(users?.[0], `the user ${username} of the realm master`);
  const wanted = { type: 'password', value: password.open(), temporary: false };
  await now.admin.put(`/master/users/${id}/reset-password`, wanted);
  session(aws).entered = { ...now, admin: new Admin(aws, entrance), passwordVersion };
}

const doorOf = ({ url, via }: Where): string => `${url} ${via}`;

/** True, or what Keycloak says against it. */
async function takes(admin: Admin): Promise<true | string> {
  try {
    await admin.enter();
    return true;
  } catch (error) {
    if (isRefused(error)) return error.message;
    throw error;
  }
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
