import type { AwsKind } from '../../aws/aws.ts';
import type { Observed } from '../../engine/kind.ts';
import { adminOf } from './entrance.ts';
import { observeInside } from './inside.ts';
import type { SslRequired } from './server.ts';

export interface RealmProps {
  readonly realm: string;
  readonly sslRequired: SslRequired;
  readonly enabled: boolean;
  readonly registrationAllowed: boolean;
  readonly loginWithEmailAllowed: boolean;
  readonly duplicateEmailsAllowed: boolean;
  readonly resetPasswordAllowed: boolean;
  readonly editUsernameAllowed: boolean;
}

export interface RealmOutputs {
  readonly realm: string;
}

/** Users, groups and clients of their own. Goes with Keycloak's database, which holds it. */
export const realm: AwsKind<RealmProps, RealmOutputs> = {
  name: 'Realm',
  immutable: ['realm'],
  replace: 'refuse',
  refusal: 'a realm of another name would know none of its users',
  identifies: [],
  takes: { create: 2, update: 1 },
  actions: { read: [], write: [] },

  observe: (look) =>
    observeInside(look, async (admin) => {
      const found = await Promise.all(look.nodes.map(({ name }) => admin.get<RealmProps>(`/${name}`)));
      return found.flatMap((live) => (live === undefined ? [] : [toObserved(live)]));
    }),

  async create({ env: aws }, props) {
    await adminOf(aws).post('', props);
    return toObserved(props);
  },

  async update({ env: aws }, _live, props, changed) {
    const body = Object.fromEntries(Object.entries(props).filter(([field]) => changed.has(field as keyof RealmProps)));
    await adminOf(aws).put(`/${props.realm}`, body);
  },
};

const toObserved = (found: RealmProps): Observed<RealmProps, RealmOutputs> => ({
  name: found.realm,
  phase: 'ready',
  props: {
    realm: found.realm,
    sslRequired: found.sslRequired,
    enabled: found.enabled,
    registrationAllowed: found.registrationAllowed,
    loginWithEmailAllowed: found.loginWithEmailAllowed,
    duplicateEmailsAllowed: found.duplicateEmailsAllowed,
    resetPasswordAllowed: found.resetPasswordAllowed,
    editUsernameAllowed: found.editUsernameAllowed,
  },
  outputs: { realm: found.realm },
});
