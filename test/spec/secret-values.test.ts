import assert from 'node:assert/strict';
import test from 'node:test';
import { problemLine } from '../../src/spec/problem.ts';
import { checkSecretValues } from '../../src/spec/secret-values.ts';
import { least, loaded } from './given.ts';

const manifest = `${least}  keycloak: {adminPassword: {env: ADMIN}}
  databases:
    keycloak: {password: {env: AURORA}}
    registry: {password: {env: DOCDB}}
  security:
    federation: {encryptionKey: {env: FERNET}}
`;

const good = {
  ADMIN: 'twelve-chars',
  AURORA: 'a'.repeat(41),
  DOCDB: 'b'.repeat(100),
  FERNET: `${'c'.repeat(43)}=`,
};

async function problems(environment: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const found = await checkSecretValues(loaded(manifest), async (source) =>
    'env' in source ? environment[source.env] : undefined,
  );
  return found.map(problemLine);
}

test('values that everything accepts are no problem, nor are those that are absent here', async () => {
  assert.deepEqual(await problems(good), []);
  assert.deepEqual(await problems({}), []);
});

test('a generated value is never opened', async () => {
  const opened = await checkSecretValues(loaded(least), () => Promise.reject(new Error('opened')));
  assert.deepEqual(opened, []);
});

const at = {
  ADMIN: '11:29: spec.keycloak.adminPassword',
  AURORA: '13:26: spec.databases.keycloak.password',
  DOCDB: '14:26: spec.databases.registry.password',
  FERNET: '16:34: spec.security.federation.encryptionKey',
};

const refused: readonly (readonly [keyof typeof at, string, string])[] = [
  ['ADMIN', 'eleven-char', 'the value of ADMIN is too short: at least 12 characters; it has 11'],
  ['ADMIN', 'CHANGE-ME-soon', 'the value of ADMIN is a placeholder that was never replaced'],
  ['AURORA', 'seven-c', 'the value of AURORA is too short: at least 8 characters; it has 7'],
  ['AURORA', 'a'.repeat(42), 'the value of AURORA is too long: at most 41 characters; it has 42'],
  [
    'AURORA',
    'with a space',
    'the value of AURORA has a space, a letter beyond ASCII or one of / " @, which the database refuses',
  ],
  [
    'AURORA',
    'with@sign',
    'the value of AURORA has a space, a letter beyond ASCII or one of / " @, which the database refuses',
  ],
  ['DOCDB', 'b'.repeat(101), 'the value of DOCDB is too long: at most 100 characters; it has 101'],
  ['DOCDB', 'with/slash', 'the value of DOCDB has a letter beyond ASCII or one of / " @, which the database refuses'],
  ['FERNET', 'short', 'the value of FERNET is not a Fernet key: 44 characters of URL-safe base64'],
];

for (const [name, value, message] of refused) {
  test(`${name} refuses ${value.slice(0, 14)}, and does not show it`, async () => {
    const found = await problems({ ...good, [name]: value });
    assert.equal(found.length, 1);
    assert.match(found.join(), new RegExp(`: ${at[name].split(': ')[1]}: `));
    assert(found[0]?.endsWith(message));
    assert(!found[0]?.includes(value));
  });
}
