import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gatewayIn, isSound, keptForm } from '../../src/spec/kept.ts';

const CANARY = 'canary_in_a_coal_mine_1f0c';
const ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:team/db-AbCdEf';

const manifest = (spec: object): unknown => ({
  apiVersion: 'mcpgw.io/v1alpha1',
  kind: 'Gateway',
  metadata: { name: 'mcp-gateway' },
  spec: { accountId: '123456789012', region: 'us-east-1', ingress: { mode: 'cloudfront' }, ...spec },
});

describe('a manifest that is remembered', () => {
  // Every place where somebody may write a secret although its name belongs there, or nothing of the sort.
  const data = manifest({
    services: {
      auth: { environment: { SOME_PASSWORD: CANARY, LOG_LEVEL: 'info' } },
      registry: { environment: { SOME_PASSWORD: CANARY } },
    },
    keycloak: { adminPassword: { env: CANARY } },
    registry: { adminPassword: { file: CANARY } },
    databases: {
      keycloak: { password: { secretArn: ARN, key: CANARY } },
      registry: { password: { ssmParameter: CANARY } },
    },
    security: { staticToken: { enabled: true, token: { env: CANARY } } },
    tags: { team: 'platform' },
  });

  test('holds no text that might be a secret', () => {
    assert.match(JSON.stringify(data), new RegExp(CANARY));
    assert.doesNotMatch(JSON.stringify(keptForm(data)), new RegExp(CANARY));
  });

  test('is the same manifest still', () => {
    const kept = keptForm(data);
    assert(isSound(kept));
    const { keycloak, registry, databases, services, tags } = gatewayIn(kept) ?? assert.fail('it is no manifest');
    assert.deepEqual(Object.keys(keycloak.adminPassword), ['env']);
    assert.deepEqual(Object.keys(registry.adminPassword), ['file']);
    assert.equal('secretArn' in databases.keycloak.password && databases.keycloak.password.secretArn, ARN);
    assert.deepEqual(tags, { team: 'platform' });
    const { auth, registry: other } = services;
    assert.equal(auth.environment['SOME_PASSWORD'], other.environment['SOME_PASSWORD']);
    assert.notEqual(auth.environment['SOME_PASSWORD'], auth.environment['LOG_LEVEL']);
  });

  test('is nothing where it is none', () => {
    for (const other of [undefined, null, 7, 'x', [], {}, manifest({ services: { auth: { cpu: 'many' } } })])
      assert.equal(gatewayIn(keptForm(other)), undefined);
    assert(!isSound(manifest({ ingress: { mode: 'custom-domain' } })));
  });
});
