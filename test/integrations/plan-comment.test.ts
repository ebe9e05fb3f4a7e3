import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { load } from 'js-yaml';

interface Comment {
  readonly id: number;
  readonly who: string;
  body: string;
}

const TOKEN = 'forge-token-value';
const US = 'github-actions[bot]';

/** The comments of one change, as GitHub and GitLab let one see and write them. */
class Forge {
  readonly comments: Comment[] = [];
  readonly calls: string[] = [];
  refuse = false;
  readonly #server: Server = createServer((request, response) => void this.#answer(request, response));

  async start(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  add(who: string, body: string): void {
    this.comments.push({ id: this.comments.length + 1, who, body });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://forge');
    let text = '';
    for await (const part of request) text += String(part);
    const token = request.headers['private-token'] ?? request.headers.authorization?.replace('Bearer ', '');
    const say = (status: number, body: unknown): void => void response.writeHead(status).end(JSON.stringify(body));
    if (token !== TOKEN || this.refuse) return say(403, { message: 'Resource not accessible' });
    if (pathname === '/user') return say(200, { username: US });
    const { method = 'GET' } = request;
    if (method !== 'GET') this.calls.push(`${method} ${pathname}`);
    const body = text === '' ? '' : (JSON.parse(text) as { body: string }).body;
    if (body.length > 65_536) return say(422, { message: 'Body is too long' });
    if (method === 'GET') {
      const page = Number(searchParams.get('page'));
      const some = this.comments.slice((page - 1) * 100, page * 100);
      const forms = some.map(({ id, who, body: own }) => ({
        id,
        body: own,
        user: { login: who },
        author: { username: who },
      }));
      return say(200, forms);
    }
    if (method === 'POST') {
      this.add(US, body);
      return say(201, {});
    }
    const found = this.comments.find(({ id }) => id === Number(pathname.split('/').at(-1)));
    if (found === undefined) return say(404, {});
    found.body = body;
    return say(200, {});
  }
}

describe('the comment with a plan', () => {
  let forge: Forge;
  let folder: string;
  let url: string;
  let plans: Record<string, { readonly text: string; readonly code?: number; readonly error?: string }>;

  beforeEach(async () => {
    forge = new Forge();
    url = await forge.start();
    folder = await mkdtemp(join(tmpdir(), 'plan-comment-'));
    plans = {};
  });
  afterEach(async () => {
    forge.stop();
    await rm(folder, { recursive: true });
  });

  const markdown = (id: string, steps = 3): string =>
    `<!-- mcpgw-controller: plan ${id} of 123456789012/us-east-1/mcp-gateway, ${steps} steps -->\n\n### gateway\n\nPlan ${id}`;

  interface Ran {
    readonly code: number | null;
    readonly said: string;
  }

  async function run(mode: string, env: Record<string, string>): Promise<Ran> {
    await writeFile(join(folder, 'plans.json'), JSON.stringify(plans));
    await writeFile(
      join(folder, 'command.mjs'),
      `#!${process.execPath}
import { readFileSync } from 'node:fs';
const plan = JSON.parse(readFileSync(${JSON.stringify(join(folder, 'plans.json'))}, 'utf8'))[process.argv[4]];
if (process.argv[2] !== 'plan' || process.argv[6] !== 'markdown' || !plan) process.exit(9);
process.stdout.write(plan.text);
process.stderr.write(plan.error ?? '');
process.exitCode = plan.code ?? 0;
`,
      { mode: 0o700 },
    );
    const child = spawn(process.execPath, [resolve('integrations/plan-comment.mjs'), mode], {
      env: {
        MCPGW_COMMAND: join(folder, 'command.mjs'),
        MCPGW_MANIFESTS: Object.keys(plans).join('\n'),
        MCPGW_FORGE_TOKEN: TOKEN,
        ...env,
      },
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (said += String(part)));
    const code = await new Promise<number | null>((done) => child.on('close', done));
    return { code, said };
  }

  async function github(mode: string, event: object = { pull_request: { number: 7 } }): Promise<Ran> {
    const path = join(folder, 'event.json');
    await writeFile(path, JSON.stringify(event));
    return run(mode, {
      GITHUB_ACTIONS: 'true',
      GITHUB_API_URL: url,
      GITHUB_REPOSITORY: 'acme/gateways',
      GITHUB_EVENT_PATH: path,
      GITHUB_STEP_SUMMARY: join(folder, 'summary.md'),
    });
  }

  const gitlab = (mode: string): Promise<Ran> =>
    run(mode, { GITLAB_CI: 'true', CI_API_V4_URL: url, CI_PROJECT_ID: '42', CI_MERGE_REQUEST_IID: '7' });

  for (const [name, forgeRun, writes] of [
    ['GitHub', github, ['POST /repos/acme/gateways/issues/7/comments', 'PATCH /repos/acme/gateways/issues/comments/1']],
    ['GitLab', gitlab, ['POST /projects/42/merge_requests/7/notes', 'PUT /projects/42/merge_requests/7/notes/1']],
  ] as const)
    test(`on ${name} is written once, renewed in its place, and left alone while it is right`, async () => {
      plans = { 'envs/prod.yaml': { text: markdown('aaaa1111') } };
      assert.equal((await forgeRun('plan')).code, 0);
      assert.equal((await forgeRun('plan')).code, 0);
      plans = { 'envs/prod.yaml': { text: markdown('bbbb2222') } };
      assert.equal((await forgeRun('plan')).code, 0);
      assert.deepEqual(forge.calls, writes);
      assert.equal(forge.comments.length, 1);
      assert.match(
        forge.comments[0]?.body ?? '',
        /^<!-- mcpgw-controller: comment on envs\/prod\.yaml -->\n[^]*Plan bbbb2222$/,
      );
    });

  test('is one for each manifest, and none for what changes nothing', async () => {
    plans = {
      'a.yaml': { text: markdown('aaaa1111') },
      'b.yaml': { text: markdown('bbbb2222') },
      'c.yaml': { text: markdown('cccc3333', 0) },
    };
    await github('plan');
    assert.equal(forge.comments.length, 2);
    plans = { 'a.yaml': { text: markdown('dddd4444', 0) } };
    await github('plan');
    assert.match(forge.comments[0]?.body ?? '', /plan dddd4444/);
    assert.match(forge.comments[1]?.body ?? '', /`b\.yaml` is no longer among the manifests/);
    assert.match(await readFile(join(folder, 'summary.md'), 'utf8'), /Plan bbbb2222/);
  });

  test('is found behind many others, and is never one that somebody else wrote', async () => {
    plans = { 'a.yaml': { text: markdown('aaaa1111') } };
    forge.add('mallory', `<!-- mcpgw-controller: comment on a.yaml -->\n${markdown('aaaa1111')}`);
    for (let i = 0; i < 130; i += 1) forge.add('reviewer', 'looks good');
    const unseen = await github('check');
    assert.equal(unseen.code, 1);
    assert.match(unseen.said, /nobody was shown plan aaaa1111/);
    await github('plan');
    await github('plan');
    assert.equal(forge.comments.length, 132);
    assert.match(forge.comments[0]?.body ?? '', /^<!-- mcpgw-controller: comment on a/);
    assert.equal((await github('check')).code, 0);
  });

  test('that went stale refuses the merge, and says what to do', async () => {
    plans = { 'a.yaml': { text: markdown('aaaa1111') } };
    await github('plan');
    const queued = { merge_group: { head_ref: 'refs/heads/gh-readonly-queue/main/pr-7-3f2c1ab' } };
    assert.equal((await github('check', queued)).code, 0);
    plans = { 'a.yaml': { text: markdown('bbbb2222') } };
    const { code, said } = await github('check', queued);
    assert.equal(code, 1);
    assert.match(said, /a\.yaml: stale: plan aaaa1111 was shown, but bbbb2222 is what would happen now\. Run the job/);
    assert.equal((await gitlab('check')).code, 1);
  });

  test('a change that changes nothing may be merged without one', async () => {
    plans = { 'a.yaml': { text: markdown('aaaa1111', 0) } };
    assert.equal((await github('check')).code, 0);
  });

  test('says so when no plan could be made, and nothing in the error is markup', async () => {
    plans = { 'a.yaml': { text: '', code: 1, error: 'a.yaml: 1 problem ```\n@everyone' } };
    const { code, said } = await github('plan');
    assert.equal(code, 1);
    assert.match(said, /no plan could be made/);
    assert.match(
      forge.comments[0]?.body ?? '',
      /\*\*No plan could be made\.\*\*\n\n````\na\.yaml: 1 problem ```\n@everyone\n````$/,
    );
    assert.equal((await github('check')).code, 1);
  });

  test('a plan that is refused is shown, and the job fails', async () => {
    plans = { 'a.yaml': { text: markdown('aaaa1111', 0), code: 1 } };
    assert.equal((await github('plan')).code, 1);
    assert.equal(forge.comments.length, 1);
  });

  test('what is missing is told with what to set', async () => {
    plans = { 'a.yaml': { text: markdown('aaaa1111') } };
    forge.refuse = true;
    const refused = await github('plan');
    assert.equal(refused.code, 1);
    assert.match(refused.said, /answers 403 to GET .*permissions: pull-requests: write/);
    assert.doesNotMatch(refused.said, new RegExp(TOKEN));
    assert.match((await github('plan', {})).said, /there is no pull request here/);
    assert.match((await github('plna')).said, /"plna" is no mode/);
    assert.match((await run('plan', {})).said, /neither GITHUB_ACTIONS nor GITLAB_CI is set/);
    assert.match(
      (await run('plan', { GITLAB_CI: '1', MCPGW_FORGE_TOKEN: '', CI_API_V4_URL: url, CI_MERGE_REQUEST_IID: '7' }))
        .said,
      /set MCPGW_FORGE_TOKEN/,
    );
    plans = {};
    assert.match((await github('plan')).said, /set MCPGW_MANIFESTS/);
  });
});

describe('the templates', () => {
  test('name programs and inputs that exist', async () => {
    const action = load(await readFile('integrations/github-action/action.yml', 'utf8')) as {
      readonly inputs: Readonly<Record<string, unknown>>;
      readonly runs: {
        readonly steps: readonly { readonly run: string; readonly env?: Readonly<Record<string, string>> }[];
      };
    };
    for (const { run, env = {} } of action.runs.steps) {
      const path = /\$GITHUB_ACTION_PATH\/([\w./-]+)/.exec(run)?.[1] ?? '';
      await readFile(join('integrations/github-action', path));
      for (const value of Object.values(env))
        for (const [, name] of value.matchAll(/inputs\.(\w+)/g)) assert.ok(name && name in action.inputs, name);
    }
    const workflow = await readFile('integrations/github-action/workflow.example.yml', 'utf8');
    const { jobs } = load(workflow) as {
      readonly jobs: Readonly<Record<string, { readonly steps: readonly { readonly with?: object }[] }>>;
    };
    const given = Object.keys(jobs['gateways']?.steps.at(-1)?.with ?? {});
    assert.deepEqual(given, ['mode', 'manifests']);
    for (const name of given) assert.ok(name in action.inputs, name);
  });

  test('of GitLab runs what the image holds', async () => {
    const template = load(await readFile('integrations/gitlab/plan.gitlab-ci.yml', 'utf8')) as Readonly<
      Record<string, { readonly script?: readonly string[] }>
    >;
    const scripts = Object.values(template).flatMap(({ script = [] }) => script);
    assert.deepEqual(
      scripts,
      ['plan', 'check'].map((mode) => `node /app/integrations/plan-comment.mjs ${mode}`),
    );
    assert.match(
      await readFile('Dockerfile', 'utf8'),
      /WORKDIR \/app\n[^]*COPY integrations\/forges\.mjs integrations\/plan-comment\.mjs integrations\/\n/,
    );
  });
});
