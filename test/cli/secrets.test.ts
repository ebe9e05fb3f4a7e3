import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { openCommandLine, type CommandLine, type Ran } from './command-line.ts';

const CANARY = 'canary-in-a-coal-mine-1f0c';
const SUPPLIED = `
  keycloak:
    adminPassword:
      env: CANARY
`;
const F = ['-f', 'gateway.yaml'];
const IDENTITY = ['--only', 'Secret', 'SsmParameter'];

describe('a secret that the user supplies', () => {
  let line: CommandLine;
  const ran: Ran[] = [];
  const env = { CANARY: CANARY };

  before(async () => {
    line = await openCommandLine(SUPPLIED);
  });
  after(() => line.close());

  test('reaches AWS and is compared', async () => {
    const commandLines: string[] = [];
    const onOutput = async (_: string, child: { readonly pid?: number | undefined }): Promise<void> => {
      commandLines.push(await readFile(`/proc/${child.pid}/cmdline`, 'utf8').catch(() => ''));
    };
    for (const args of [
      ['plan', ...F, '--all'],
      ['apply', ...F, ...IDENTITY, '--yes'],
      ['plan', ...F, ...IDENTITY, '--all', '--output', 'json'],
      ['status', ...F, '--tree'],
      ['outputs', ...F, '--output', 'json'],
      ['drift', ...F],
    ])
      ran.push(await line.run(args, { env, onOutput: (text, child) => void onOutput(text, child) }));
    assert.deepEqual(
      ran.map(({ code }) => code),
      [0, 0, 0, 0, 0, 0],
      ran.map(({ stderr }) => stderr).join('\n'),
    );
    assert(!commandLines.join().includes(CANARY));
    const changed = await line.run(['plan', ...F, ...IDENTITY, '--exit-code'], { env: { CANARY: `${CANARY}-other` } });
    assert.equal(changed.code, 2, changed.stdout);
    ran.push(changed);
  });

  test('stands in nothing that is printed', () => {
    for (const { stdout, stderr } of ran) assert(!(stdout + stderr).includes(CANARY));
  });

  test('stands in nothing that is remembered, and only its owner may read that', async () => {
    const files = await line.remembered();
    assert(files.size > 0);
    for (const text of files.values()) assert(!text.includes(CANARY));
    const modes = await Promise.all(
      [...files.keys()].map(async (name) => (await stat(`${line.folder}/state/${name}`)).mode & 0o777),
    );
    assert.deepEqual([...new Set(modes)], [0o600]);
  });

  test('that is not there keeps the value that lives, and says that it was not compared', async () => {
    const { code, stderr } = await line.run(['plan', ...F, ...IDENTITY, '--exit-code']);
    assert.match(stderr, /not compared/);
    assert.equal(code, 0);
  });
});
