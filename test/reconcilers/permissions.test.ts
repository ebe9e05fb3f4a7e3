import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeNames } from '../../src/aws/names.ts';
import { kinds } from '../../src/reconcilers/index.ts';
import { permissions, type Purpose } from '../../src/reconcilers/permissions.ts';

const OPENS = /^(\*|secretsmanager:(\*|(Batch)?GetSecretValue))$/;

/** What a policy lets be opened: the resources, by statement. */
const opened = (purpose: Purpose): readonly (readonly string[])[] =>
  permissions(kinds, purpose).Statement.flatMap(({ Action, Resource }) =>
    [Action].flat().some((action) => OPENS.test(action)) ? [[Resource].flat() as readonly string[]] : [],
  );

/** Secrets Manager ends each ARN with a hyphen and six letters. */
const arnOf = (name: string): string => `arn:aws:secretsmanager:eu-west-1:123456789012:secret:${name}-aB3xYz`;
const covers = (pattern: string, arn: string): boolean => new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(arn);

test('who plans opens what supplied values are compared by and what opens Keycloak, and nothing else', () => {
  const [patterns = [], ...more] = opened('plan');
  assert.deepEqual(more, []);
  assert.equal(patterns.length, 2);
  for (const gateway of ['mcp-gateway', 'one', 'keycloak']) {
    const names = Object.entries(makeNames(gateway, 'eu-west-1').secret);
    const found = names.filter(([, name]) => patterns.some((pattern) => covers(pattern, arnOf(name))));
    assert.deepEqual(
      found.map(([secret]) => secret),
      ['comparisonKey', 'keycloakAdmin'],
    );
  }
});

test('who applies opens every secret, by one statement', () => {
  assert.deepEqual(opened('apply'), [['*']]);
});
