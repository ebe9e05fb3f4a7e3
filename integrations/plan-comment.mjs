#!/usr/bin/env node
// In a pull or merge request: keeps one comment for each manifest with its plan (`plan`), or tells whether what the
// comment shows is still what would happen (`check`). Needs Node 20 and nothing else.
import { spawn } from 'node:child_process';
import { appendFile } from 'node:fs/promises';
import { openForge } from './forges.mjs';

const { env } = process;

/** Writes or renews the comments. False when a plan cannot be carried out as it is. */
async function plan(manifests, forge, comments) {
  let good = true;
  for (const manifest of manifests) {
    const { code, stdout, stderr } = await run('plan', '-f', manifest, '--output', 'markdown');
    const text = idOf(stdout) ? stdout.trim() : failure(manifest, stderr);
    good &&= code === 0;
    console.log(`${manifest}: ${idOf(stdout) ? `plan ${idOf(stdout)}` : 'no plan could be made'}`);
    if (env.GITHUB_STEP_SUMMARY) await appendFile(env.GITHUB_STEP_SUMMARY, `${text}\n\n`);
    await keep(forge, comments, manifest, text, code === 0 && isQuiet(stdout));
  }
  for (const [manifest, comment] of known(comments))
    if (!manifests.includes(manifest) && idOf(comment.body))
      await forge.update(
        comment.id,
        `${marker(manifest)}\n\`${manifest}\` is no longer among the manifests of this job.`,
      );
  return good;
}

/** What changes nothing gets no comment of its own; one that is there is renewed. */
async function keep(forge, comments, manifest, text, quiet) {
  const body = `${marker(manifest)}\n${text}`;
  const mine = known(comments).get(manifest);
  if (mine === undefined) {
    if (!quiet) await forge.create(body);
  } else if (mine.body.trim() !== body.trim()) await forge.update(mine.id, body);
}

/** Compares the plans that were shown with those of now. False when one of them is another. */
async function check(manifests, forge, comments) {
  let good = true;
  for (const manifest of manifests) {
    const { code, stdout, stderr } = await run('plan', '-f', manifest, '--output', 'markdown');
    const [now, shown] = [idOf(stdout), idOf(known(comments).get(manifest)?.body ?? '')];
    const wrong = wrongWith({ now, shown, quiet: code === 0 && isQuiet(stdout), stderr });
    console.log(`${manifest}: ${wrong ?? `plan ${now} is still what would happen`}`);
    good &&= wrong === undefined;
  }
  return good;
}

function wrongWith({ now, shown, quiet, stderr }) {
  if (!now) return `no plan could be made\n${stderr.trim()}`;
  if (now === shown) return undefined;
  if (!shown) return quiet ? undefined : `nobody was shown plan ${now}: run the job that comments, and read it`;
  return `stale: plan ${shown} was shown, but ${now} is what would happen now. Run the job that comments again, and read it`;
}

const marker = (manifest) => `<!-- mcpgw-controller: comment on ${manifest.replaceAll('--', '- -')} -->`;

/** Our comments, by their manifest; of several the first is kept up to date. */
function known(comments) {
  const found = comments.flatMap((comment) => {
    const manifest = /^<!-- mcpgw-controller: comment on (.+) -->$/m.exec(comment.body)?.[1];
    return manifest ? [[manifest.replaceAll('- -', '--'), comment]] : [];
  });
  return new Map(found.reverse());
}

const head = /^<!-- mcpgw-controller: plan ([0-9a-f]+) of \S+, (\d+) steps -->$/m;
const idOf = (text) => head.exec(text)?.[1];
const isQuiet = (text) => head.exec(text)?.[2] === '0';

function failure(manifest, stderr) {
  const fence = '`'.repeat(Math.max(3, ...[...stderr.matchAll(/`+/g)].map(([run]) => run.length + 1)));
  return `### \`${manifest}\`\n\n**No plan could be made.**\n\n${fence}\n${stderr.trim().slice(0, 60_000)}\n${fence}`;
}

function run(...args) {
  const child = spawn(env.MCPGW_COMMAND || 'mcpgw-controller', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', (text) => (said[name] += text));
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new Error(`${child.spawnfile} cannot be started: ${error.message}`)));
    child.on('close', (code) => resolve({ code, ...said }));
  });
}

const modes = { plan, check };

try {
  const mode = process.argv[2] ?? 'plan';
  if (!(mode in modes)) throw new Error(`"${mode}" is no mode: plan or check`);
  const manifests = (env.MCPGW_MANIFESTS ?? '').split(/\s+/).filter(Boolean);
  if (manifests.length === 0) throw new Error('set MCPGW_MANIFESTS to the manifests, separated by blanks or lines');
  const forge = await openForge(env);
  const good = await modes[mode](manifests, forge, await forge.own());
  process.exitCode = good ? 0 : 1;
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}
