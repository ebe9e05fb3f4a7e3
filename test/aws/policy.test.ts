import assert from 'node:assert/strict';
import test from 'node:test';
import { allow, canonicalPolicy, parsePolicy, policy, trust } from '../../src/aws/policy.ts';
import { equal } from '../../src/engine/diff.ts';

const same = (a: unknown, b: unknown): boolean => equal(canonicalPolicy(a), canonicalPolicy(b));
const document = (...Statement: readonly object[]) => ({ Version: '2012-10-17', Statement });

test('a list of one is the value, and the order of lists and statements means nothing', () => {
  const read = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::a/*' };
  const write = { Effect: 'Allow', Action: ['s3:PutObject', 's3:DeleteObject'], Resource: ['b', 'a'] };
  assert.ok(
    same(
      document(read, write),
      document(
        { ...write, Action: [...write.Action].reverse(), Resource: ['a', 'b'] },
        { ...read, Action: [read.Action] },
      ),
    ),
  );
  assert.ok(same({ Version: '2012-10-17', Statement: read }, document(read)));
});

test('actions and condition keys are compared without regard to case, values are not', () => {
  const one = {
    Effect: 'Allow',
    Action: 'KMS:decrypt',
    Resource: '*',
    Condition: { StringEquals: { 'AWS:SourceAccount': 'x' } },
  };
  const two = { ...one, Action: 'kms:Decrypt', Condition: { StringEquals: { 'aws:sourceAccount': ['x'] } } };
  assert.ok(same(document(one), document(two)));
  assert.ok(!same(document(one), document({ ...two, Condition: { StringEquals: { 'aws:SourceAccount': 'X' } } })));
});

test('an account is its root, everyone is everyone, and truth is its text', () => {
  const principal = (Principal: unknown) => document({ Effect: 'Allow', Principal, Action: 'kms:*', Resource: '*' });
  assert.ok(same(principal({ AWS: '123456789012' }), principal({ AWS: ['arn:aws:iam::123456789012:root'] })));
  assert.ok(same(principal('*'), principal({ AWS: '*' })));
  assert.ok(!same(principal({ AWS: '*' }), principal({ Service: '*' })));
  const secure = (value: unknown) =>
    document({
      Effect: 'Deny',
      Principal: '*',
      Action: '*',
      Resource: '*',
      Condition: { Bool: { 'aws:SecureTransport': value } },
    });
  assert.ok(same(secure(false), secure('false')));
});

test('a different effect, action, resource or version is a difference', () => {
  const base = { Effect: 'Allow', Action: 'ecs:*', Resource: '*' };
  for (const change of [
    { Effect: 'Deny' },
    { Action: 'ecs:Run*' },
    { Resource: 'arn:x' },
    { NotAction: 'a' },
    { Sid: 'a' },
  ])
    assert.ok(!same(document(base), document({ ...base, ...change })), JSON.stringify(change));
  assert.ok(!same({ Statement: [base] }, document(base)));
});

test('IAM answers percent-encoded, other services plainly', () => {
  const wanted = policy(allow(['logs:PutLogEvents'], 'arn:aws:logs:*:*:*'));
  assert.deepEqual(parsePolicy(encodeURIComponent(JSON.stringify(wanted))), wanted);
  assert.deepEqual(parsePolicy(JSON.stringify(wanted)), wanted);
});

test('what is not known yet stays a reference', () => {
  const ref = { $ref: 'Secret/a', output: 'arn' };
  const found = canonicalPolicy(policy(allow(['secretsmanager:GetSecretValue'], [ref, 'arn:b'])));
  assert.deepEqual(
    found,
    document({ Effect: 'Allow', Action: ['secretsmanager:getsecretvalue'], Resource: ['arn:b', ref] }),
  );
  assert.deepEqual(canonicalPolicy(ref), ref);
});

test('a trust policy names the service that may take a role on', () => {
  assert.deepEqual(
    trust('rds.amazonaws.com'),
    document({ Effect: 'Allow', Principal: { Service: 'rds.amazonaws.com' }, Action: 'sts:AssumeRole' }),
  );
});
