import assert from 'node:assert/strict';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { secretSources, type SecretSource } from '../../src/aws/secret-sources.ts';

const remote = {
  secretValue: async (arn: string) =>
    arn === 'arn:json' ? '{"password":"from json","port":5432}' : arn === 'arn:text' ? 'hunter2 in text' : undefined,
  parameterValue: async (name: string) => (name === '/password' ? 'from a parameter' : undefined),
};

async function open(source: SecretSource, directory = '/'): Promise<string | undefined> {
  return (await secretSources({ PASSWORD: 'from the environment', EMPTY: '' }, directory, remote).open(source))?.open();
}

test('each source gives its value', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'sources #1 '));
  await writeFile(join(directory, 'pass word.txt'), 'from a file\n');
  assert.equal(await open({ env: 'PASSWORD' }), 'from the environment');
  assert.equal(await open({ file: 'pass word.txt' }, directory), 'from a file');
  assert.equal(await open({ file: join(directory, 'pass word.txt') }), 'from a file');
  assert.equal(await open({ secretArn: 'arn:text' }), 'hunter2 in text');
  assert.equal(await open({ secretArn: 'arn:json', key: 'password' }), 'from json');
  assert.equal(await open({ ssmParameter: '/password' }), 'from a parameter');
});

test('what is unset, empty or missing is absent', async () => {
  for (const source of [
    { env: 'NOT_SET' },
    { env: 'EMPTY' },
    { file: 'missing' },
    { secretArn: 'arn:gone' },
    { ssmParameter: '/gone' },
  ])
    assert.equal(await open(source), undefined, JSON.stringify(source));
});

test('a member that is not there is an error which tells nothing of the value', async () => {
  for (const source of [
    { secretArn: 'arn:text', key: 'password' },
    { secretArn: 'arn:json', key: 'port' },
    { secretArn: 'arn:json', key: 'user' },
  ])
    await assert.rejects(open(source), (error: Error) => {
      const told = `${error.message} ${error.stack} ${JSON.stringify(error.cause)}`;
      return error.message.startsWith('arn:') && !told.includes('hunter2') && !told.includes('from json');
    });
});
