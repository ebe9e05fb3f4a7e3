import assert from 'node:assert/strict';
import test from 'node:test';
import { fromAction, toAction, type ListenerAction } from '../../../src/reconcilers/ingress/listener-action.ts';

const forward: ListenerAction = { type: 'forward', targetGroupArn: 'arn:a' };

test('a forward is known in both forms in which AWS returns it', () => {
  assert.deepEqual(toAction(fromAction(forward)), forward);
  const both = {
    Type: 'forward' as const,
    Order: 1,
    TargetGroupArn: 'arn:a',
    ForwardConfig: {
      TargetGroups: [{ TargetGroupArn: 'arn:a', Weight: 1 }],
      TargetGroupStickinessConfig: { Enabled: false },
    },
  };
  assert.deepEqual(toAction([both]), forward);
});

test('a redirect is known with what AWS fills in', () => {
  const redirect: ListenerAction = { type: 'redirect', protocol: 'HTTPS', port: '443' };
  const [action] = fromAction(redirect);
  const filled = {
    ...action?.RedirectConfig,
    Host: '#{host}',
    Path: '/#{path}',
    Query: '#{query}',
    StatusCode: 'HTTP_301' as const,
  };
  assert.deepEqual(toAction([{ Type: 'redirect', RedirectConfig: filled }]), redirect);
});

test('a redirect to another host is not the one that we set', () => {
  const elsewhere = { Protocol: 'HTTPS', Port: '443', Host: 'example.com', StatusCode: 'HTTP_301' as const };
  assert.equal(toAction([{ Type: 'redirect', RedirectConfig: elsewhere }]), undefined);
});

test('several groups, a sign-in before the forward and a fixed answer are nothing of ours', () => {
  const groups = { TargetGroups: [{ TargetGroupArn: 'arn:a' }, { TargetGroupArn: 'arn:b' }] };
  assert.equal(toAction([{ Type: 'forward', ForwardConfig: groups }]), undefined);
  assert.equal(toAction([{ Type: 'authenticate-oidc' }, { Type: 'forward', TargetGroupArn: 'arn:a' }]), undefined);
  assert.equal(toAction([{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '503' } }]), undefined);
  assert.equal(toAction([]), undefined);
});
