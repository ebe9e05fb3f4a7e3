import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openCommandLine, type CommandLine, type Ran } from './command-line.ts';

const APPLY = ['apply', '-f', 'gateway.yaml', '--only', 'network', '--yes'];

describe('Ctrl-C', () => {
  let line: CommandLine;

  before(async () => {
    line = await openCommandLine();
  });
  after(() => line.close());

  /** Sends the signal as soon as the output matches; the time from there to the end. */
  const interrupted = async (
    args: readonly string[],
    when: RegExp,
    signal: NodeJS.Signals,
  ): Promise<Ran & { readonly ms: number }> => {
    let sent = 0;
    const ran = await line.run(args, {
      onOutput(text, child) {
        if (sent > 0 || !when.test(text)) return;
        sent = Date.now();
        child.kill(signal);
      },
    });
    assert(sent > 0, `never saw ${when}: ${ran.stdout}${ran.stderr}`);
    return { ...ran, ms: Date.now() - sent };
  };

  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    test(`${signal} while a plan looks ends it within two seconds, exit code 130`, async () => {
      const { code, ms, stderr } = await interrupted(['plan', '-f', 'gateway.yaml'], /warning/, signal);
      assert.deepEqual([code, ms < 2000], [130, true], `${code} after ${ms} ms`);
      assert.match(stderr, /Nothing was changed/);
    });

  test('while an apply runs it stops within two seconds and says what still runs in AWS', async () => {
    const { code, ms, stdout } = await interrupted(APPLY, /NatGateway\/\w+ created/, 'SIGINT');
    assert.deepEqual([code, ms < 2000], [130, true], `${code} after ${ms} ms`);
    assert.match(
      stdout.replaceAll(/\s+/g, ' '),
      /Still running in AWS: .*NatGateway\/.*Run apply again to go on; nothing needs cleaning\./,
    );
  });

  test('as data it is pending', async () => {
    const { code, stdout } = await interrupted([...APPLY, '--output', 'json'], / created| updated|Plan /, 'SIGINT');
    assert.equal(code, 130);
    assert.equal((JSON.parse(stdout) as { readonly result: string }).result, 'pending');
  });

  test('the next apply goes on, makes nothing twice, and ends', async () => {
    await line.expect(0, APPLY);
    await line.expect(0, ['plan', '-f', 'gateway.yaml', '--only', 'network', '--exit-code']);
    const drift = JSON.parse(await line.expect(0, ['drift', '-f', 'gateway.yaml', '--output', 'json'])) as {
      readonly steps: readonly unknown[];
    };
    assert.deepEqual(drift.steps, []);
  });
});
