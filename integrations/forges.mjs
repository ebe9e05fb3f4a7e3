// The comments of one pull request of GitHub, or one merge request of GitLab: only those that we wrote ourselves,
// because anybody may write something that looks like ours.
import { readFile } from 'node:fs/promises';

const PAGE = 100;

/** @returns {Promise<{own(): Promise<{id: number, body: string}[]>, create(body: string): Promise<void>, update(id: number, body: string): Promise<void>}>} */
export function openForge(env) {
  if (env.GITLAB_CI) return gitlab(env);
  if (env.GITHUB_ACTIONS) return github(env);
  throw new Error('this runs in a job of GitHub Actions or GitLab CI: neither GITHUB_ACTIONS nor GITLAB_CI is set');
}

async function github(env) {
  const event = JSON.parse(await readFile(need(env, 'GITHUB_EVENT_PATH'), 'utf8'));
  // A merge queue tests a branch of its own, which has the number in its name.
  const queued = /\/pr-(\d+)-/.exec(event.merge_group?.head_ref ?? '')?.[1];
  const number = event.pull_request?.number ?? queued;
  if (!number) throw new Error('there is no pull request here: run it on pull_request or merge_group');
  const author = env.MCPGW_COMMENT_AUTHOR || 'github-actions[bot]';
  const repository = `${need(env, 'GITHUB_API_URL')}/repos/${need(env, 'GITHUB_REPOSITORY')}`;
  const call = caller(
    { authorization: `Bearer ${tokenOf(env, 'GITHUB_TOKEN')}`, accept: 'application/vnd.github+json' },
    'give the job "permissions: pull-requests: write"',
  );
  return {
    own: async () =>
      (await pages(call, `${repository}/issues/${number}/comments`)).filter((each) => each.user?.login === author),
    create: (body) => call('POST', `${repository}/issues/${number}/comments`, { body }),
    update: (id, body) => call('PATCH', `${repository}/issues/comments/${id}`, { body }),
  };
}

async function gitlab(env) {
  const api = need(env, 'CI_API_V4_URL');
  const number = env.CI_MERGE_REQUEST_IID;
  if (!number) throw new Error('there is no merge request here: run it in a merge request pipeline or a merge train');
  const call = caller(
    { 'private-token': tokenOf(env) },
    'set MCPGW_FORGE_TOKEN to a project access token with the scope "api" and the role Reporter or higher',
  );
  const { username } = await call('GET', `${api}/user`);
  const notes = `${api}/projects/${need(env, 'CI_PROJECT_ID')}/merge_requests/${number}/notes`;
  return {
    own: async () => (await pages(call, notes)).filter((each) => each.author?.username === username),
    create: (body) => call('POST', notes, { body }),
    update: (id, body) => call('PUT', `${notes}/${id}`, { body }),
  };
}

async function pages(call, address) {
  const all = [];
  for (let page = 1; ; page += 1) {
    const some = await call('GET', `${address}?per_page=${PAGE}&page=${page}`);
    all.push(...some);
    if (some.length < PAGE) return all;
  }
}

const caller = (headers, advice) => async (method, address, body) => {
  const response = await fetch(address, {
    method,
    redirect: 'error',
    headers: { 'user-agent': 'mcpgw-controller', 'content-type': 'application/json', ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (response.ok) return response.json();
  const said = (await response.text()).slice(0, 200);
  const what = [401, 403, 404].includes(response.status) ? `; ${advice}` : '';
  throw new Error(`the forge answers ${response.status} to ${method} ${address} (${said})${what}`);
};

function tokenOf(env, other) {
  const token = env.MCPGW_FORGE_TOKEN || (other && env[other]);
  if (!token) throw new Error('set MCPGW_FORGE_TOKEN to a token that may comment');
  return token;
}

function need(env, name) {
  if (!env[name]) throw new Error(`${name} is not set, which the forge sets in every job`);
  return env[name];
}
