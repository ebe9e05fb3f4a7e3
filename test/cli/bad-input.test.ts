import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { manifestFor, openCommandLine, type CommandLine, type RunOptions } from './command-line.ts';

describe('what cannot be worked with', () => {
  let line: CommandLine;
  let good: string;

  before(async () => {
    line = await openCommandLine();
    good = await manifestFor(line.account);
  });
  after(() => line.close());

  /** Ends with exit code 1, says this, and shows nobody where in the program it was. */
  const refuses = async (says: RegExp, args: readonly string[], options?: RunOptions): Promise<void> => {
    const { code, stdout, stderr } = await line.run(args, options);
    assert.equal(code, 1, stdout + stderr);
    assert.match(stderr.replaceAll(/\s+/g, ' '), says);
    assert.doesNotMatch(stdout + stderr, /^\s+at .*:\d+:\d+\)?$/m);
  };

  const manifests: Readonly<Record<string, readonly [text: (good: string) => string, says: RegExp]>> = {
    'an empty file': [() => '', /is empty; write a first manifest with "mcpgw-controller init"/],
    'a tab': [(text) => text.replace('  name', '\tname'), /:\d+:1: a tab cannot indent YAML/],
    'aliases that grow without end': [
      () =>
        [
          'a: &a [x,x,x,x,x,x,x,x]',
          ...['b', 'c', 'd', 'e', 'f', 'g', 'h'].map(
            (name, i) => `${name}: &${name} [${Array(8).fill(`*${'abcdefg'[i]}`).join(',')}]`,
          ),
        ].join('\n'),
      /aliases repeat too much/,
    ],
    'a number for an id': [
      (text) => text.replaceAll("'", ''),
      /spec.accountId: is a number without quotes; write "\d{12}"/,
    ],
    'a region that does not exist': [
      (text) => text.replace(/region: .*/, 'region: us-nowhere-9'),
      /spec.region: .*us-nowhere-9/,
    ],
    'two gateways of one name': [
      (text) => `${text}\n---\n${text}`,
      /a gateway "mcp-gateway" in us-east-1 stands at .*:\d+ already/,
    ],
    'two gateways': [
      (text) => `${text}\n---\n${text.replace('name: mcp-gateway', 'name: other')}`,
      /takes one manifest, but there are 2/,
    ],
  };
  test('a password that a database would refuse is told with its line, by plan and without credentials', async () => {
    await line.write('bad.yaml', `${good}  databases:\n    keycloak:\n      password: { env: DB }\n`);
    const env = { DB: 'seven-c' };
    const says =
      /bad\.yaml:\d+:\d+: spec\.databases\.keycloak\.password: the value of DB is too short: at least 8 characters; it has 7/;
    await refuses(says, ['plan', '-f', 'bad.yaml'], { env });
    const { code, stdout } = await line.run(['validate', '-f', 'bad.yaml'], { env });
    assert.equal(code, 1);
    assert.match(stdout.replaceAll(/\s+/g, ' '), says);
    // Nobody has to have the value at hand in order to check the rest.
    await line.expect(0, ['validate', '-f', 'bad.yaml']);
  });

  for (const [what, [text, says]] of Object.entries(manifests))
    test(`${what} is refused with the place and what to do`, async () => {
      await line.write('bad.yaml', text(good));
      await refuses(says, ['plan', '-f', 'bad.yaml']);
    });

  test('a folder without a manifest is refused', async () => {
    await mkdir(join(line.folder, 'folder'));
    await refuses(/folder has no manifest/, ['plan', '-f', 'folder']);
  });

  test('a file that is not there is refused', () => refuses(/no such file or folder/, ['plan', '-f', 'nowhere.yaml']));

  test('a wrong account is refused before anything is written, naming both', async () => {
    await line.write('other.yaml', good.replaceAll(line.account.accountId, '123456789012'));
    await refuses(
      new RegExp(`for account 123456789012, but these credentials belong to ${line.account.accountId}.*AWS_PROFILE`),
      ['apply', '-f', 'other.yaml', '--yes'],
    );
  });

  const plan = ['plan', '-f', 'gateway.yaml'];
  const nobody = {
    AWS_ACCESS_KEY_ID: undefined,
    AWS_SECRET_ACCESS_KEY: undefined,
    AWS_SESSION_TOKEN: undefined,
    AWS_EC2_METADATA_DISABLED: 'true',
  };

  test('without credentials it says how to get some', () =>
    refuses(/no AWS credentials were found.*aws sso login/, plan, { env: nobody }));

  test('a profile that does not exist is refused with those that do', async () => {
    await mkdir(join(line.folder, '.aws'));
    await line.write('.aws/config', '[default]\nregion = us-east-1\n[profile staging]\n[sso-session corporate]\n');
    await line.write('.aws/credentials', '[tests]\n');
    await refuses(/profile "nope" gives no credentials.*Known profiles: default, staging, tests\./, plan, {
      env: { ...nobody, AWS_PROFILE: 'nope' },
    });
  });

  test('an endpoint that refuses connections is named', () =>
    refuses(/nobody answers at http:\/\/127.0.0.1:9 .*ECONNREFUSED.*AWS_ENDPOINT_URL/, plan, {
      env: { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' },
    }));

  test('an endpoint that is something else than AWS is named, with what it answers', async () => {
    const page = createServer((_, answer) =>
      answer.writeHead(404, { 'content-type': 'text/html' }).end('<html></html>'),
    );
    await new Promise<void>((listening) => page.listen(0, '127.0.0.1', listening).unref());
    const { port } = page.address() as AddressInfo;
    try {
      await refuses(/as AWS would: an answer with HTTP status 404 that names no error Check the network/, plan, {
        env: { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` },
      });
      await refuses(/as AWS would: AWS does not answer \(EPROTO\)/, plan, {
        env: { AWS_ENDPOINT_URL: `https://127.0.0.1:${port}` },
      });
    } finally {
      page.closeAllConnections();
      page.close();
    }
  });

  test('an endpoint that never answers is given up soon, and named', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening).unref());
    const { port } = silent.address() as AddressInfo;
    const began = Date.now();
    try {
      await refuses(new RegExp(`nobody answers at http://127.0.0.1:${port} .*within 10 s`), plan, {
        env: { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` },
      });
      assert(Date.now() - began < 20_000);
    } finally {
      silent.closeAllConnections();
      silent.close();
    }
  });

  test('a state folder that cannot be written costs history and is said once', async () => {
    await line.write('file', '');
    const { code, stderr } = await line.run([
      'apply',
      '-f',
      'gateway.yaml',
      '--only',
      'LogGroup',
      '--state',
      'file/state',
      '--yes',
    ]);
    assert.equal(code, 0, stderr);
    assert.equal(stderr.replaceAll(/\s+/g, ' ').match(/history and origins are lost/g)?.length, 1, stderr);
  });

  test('a state that somebody cut short is as good as none', async () => {
    await line.expect(0, ['apply', '-f', 'gateway.yaml', '--only', 'Vpc', '--yes']);
    for (const [name, text] of await line.remembered()) await line.write(`state/${name}`, text.slice(0, -7));
    await line.expect(0, ['status', '-f', 'gateway.yaml']);
    await line.expect(0, ['apply', '-f', 'gateway.yaml', '--only', 'InternetGateway', '--yes']);
    const files = await line.remembered();
    const isNewest = (name: string): boolean =>
      !files.has(name.replace(/\d+$/, (number) => String(Number(number) + 1)));
    for (const [name, text] of files) {
      if (name.endsWith('.jsonl')) JSON.parse(text.trimEnd().split('\n').at(-1) ?? '');
      else if (isNewest(name)) JSON.parse(text);
    }
  });

  test('a proxy that is none is named by its variable, without what it holds', async () => {
    const env = { MCPGW_PROBE_PROXY: 'user:hunter2hunter2@proxy' };
    const { code, stderr } = await line.run(['plan', '-f', 'gateway.yaml'], { env });
    assert.equal(code, 1);
    assert.match(stderr, /MCPGW_PROBE_PROXY is no address such as http:\/\//);
    assert.doesNotMatch(stderr, /hunter2/);
    const none = await line.run(['plan', '-f', 'gateway.yaml'], { env: { MCPGW_PROBE_PROXY: '' } });
    assert.equal(none.code, 0, none.stderr);
  });

  test('whoever reads only the first line ends it quietly', async () => {
    const { code, stderr } = await line.run(['plan', '-f', 'gateway.yaml', '--all'], {
      onOutput: (_, child) => child.stdout?.destroy(),
    });
    assert.equal(code, 0);
    assert.doesNotMatch(stderr, /EPIPE|error/i);
  });
});
