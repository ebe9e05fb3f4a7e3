import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { openCommandLine } from '../cli/command-line.ts';

// Credentials of another account: only the role leads to the gateway's own.
const OTHERS = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_SESSION_TOKEN: undefined };

test('the role of the manifest leads to its account, and nothing else does', async () => {
  const line = await openCommandLine();
  try {
    const refused = await line.run(['plan', '-f', 'gateway.yaml'], { env: OTHERS });
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /these credentials belong to\s+123456789012/);
    const { accountId } = line.account;
    const access = `  access: { roleArn: 'arn:aws:iam::${accountId}:role/mcpgw-controller', externalId: only-we-know }\n`;
    await line.write('role.yaml', (await readFile(`${line.folder}/gateway.yaml`, 'utf8')) + access);
    assert.match(await line.expect(0, ['plan', '-f', 'role.yaml'], { env: OTHERS }), /to create/);
    await line.write(
      'wrong.yaml',
      (await readFile(`${line.folder}/role.yaml`, 'utf8')).replace(`iam::${accountId}`, 'iam::111111111111'),
    );
    const wrong = await line.run(['validate', '-f', 'wrong.yaml']);
    assert.equal(wrong.code, 1);
    assert.match(wrong.stdout + wrong.stderr, /the role is of account 111111111111/);
  } finally {
    await line.close();
  }
});
