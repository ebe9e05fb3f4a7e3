import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PolicyDocument } from '../../../src/aws/policy.ts';
import { inParts } from '../../../src/reconcilers/home/roles.ts';
import { kinds } from '../../../src/reconcilers/index.ts';
import { permissions } from '../../../src/reconcilers/permissions.ts';

const grants = ({ Statement }: PolicyDocument): readonly string[] =>
  Statement.flatMap(({ Action, ...rest }) =>
    (typeof Action === 'string' ? [Action] : Action).map((action) => JSON.stringify({ ...rest, action })),
  );

test('what the controller may do fits policies of IAM, and all of it is in them once', () => {
  const whole = permissions(kinds, 'apply');
  const parts = inParts(whole);
  // A role takes ten managed policies, and a policy 6144 characters.
  assert(parts.length > 1 && parts.length <= 10, `${parts.length} policies`);
  for (const part of parts) assert(JSON.stringify(part).length <= 6144);
  assert.deepEqual(parts.flatMap(grants).sort(), [...grants(whole)].sort());
});

test('a policy that fits stays as it is', () => {
  const small = permissions({}, 'apply');
  assert.deepEqual(inParts(small), [small]);
});
