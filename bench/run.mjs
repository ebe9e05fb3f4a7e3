// npm run bench [-- --speed n]: measures a whole gateway in a local AWS of its own, and writes what does not depend on
// the machine into bench/results.md. Reads what the build made.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startProxy } from '../dist/test/faults/proxy.js';
import { startSandbox } from '../sandbox/sandbox.mjs';

const { values } = parseArgs({ options: { speed: { type: 'string', default: '10' } } });
const root = fileURLToPath(new URL('../', import.meta.url));
const manifest = 'manifests/cloudfront.yaml';
const otherModes = ['custom-domain', 'cloudfront-custom-domain', 'cloudfront-custom-domain-dual', 'development'];
const bin = 'bin/mcpgw-controller.js';
/** Milliseconds that a call to AWS takes. */
const LATENCY = 60;
const BEST_OF = 5;

const state = await mkdtemp(join(tmpdir(), 'mcpgw-bench-'));
const running = [];
try {
  const quick = await open();
  const first = await finish(controller(quick.env, ['apply', '-f', manifest, '--yes'], { MCPGW_TIME_SCALE: '0.05' }));
  if (first.code !== 0) throw new Error(`the gateway could not be built\n${first.stdout}${first.stderr}`);
  const reading = await measureReading(quick);
  const starting = await measureStarting(quick);
  const memory = await measureMemory(quick);
  await close();
  const modes = await measureModes();
  const applying = await measureApplying(Number(values.speed));
  await report({ reading, starting, memory, modes, applying });
} finally {
  await close();
  await rm(state, { recursive: true, force: true });
}

/** A sandbox with a proxy before it, and what a process needs to use both. */
async function open(speed) {
  const sandbox = await startSandbox({ quiet: true, ...(speed !== undefined && { speed }) });
  const proxy = await startProxy(sandbox.url);
  running.push(proxy, sandbox);
  return { proxy, env: { ...sandbox.env, AWS_ENDPOINT_URL: proxy.url, AWS_DISABLE_REQUEST_COMPRESSION: 'true' } };
}

async function close() {
  while (running.length > 0) await running.shift().stop();
}

/** From recorded answers, so that only latency and the controller's own work count. */
async function measureReading({ proxy, env }) {
  proxy.weather = { latency: LATENCY, staleness: Infinity };
  const { stdout, stderr } = await finish(start(['dist/bench/quiet-plan.js', manifest], env));
  proxy.weather = {};
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

async function measureStarting({ proxy, env }) {
  const nodeMs = await best(async () => (await finish(start(['-e', '0'], env))).ms);
  const helpMs = await best(async () => (await finish(controller(env, ['--help']))).ms);
  const callMs = await best(async () => {
    let first;
    const began = performance.now();
    proxy.weather = { latency: () => ((first ??= performance.now() - began), 0) };
    await finish(controller(env, ['plan', '-f', manifest]));
    proxy.weather = {};
    return first;
  });
  return { nodeMs, helpMs, callMs };
}

async function measureMemory({ env }) {
  const { stderr } = await finish(start(['--import', './bench/max-rss.mjs', bin, 'plan', '-f', manifest], env));
  return Number(/max rss (\d+) KiB/.exec(stderr)[1]) / 1024;
}

/** Calls of a quiet plan in the other ingress modes, each in an AWS of its own. */
async function measureModes() {
  const modes = {};
  for (const mode of otherModes) {
    const file = `manifests/${mode}.yaml`;
    const own = await open();
    const { code, stderr } = await finish(controller(own.env, ['apply', '-f', file, '--yes'], quickly(mode)));
    if (code !== 0) throw new Error(`the gateway of ${file} could not be built\n${stderr}`);
    const { stdout } = await finish(start(['dist/bench/quiet-plan.js', file], { ...own.env, ...quickly(mode) }));
    const { calls } = JSON.parse(stdout);
    modes[mode] = Object.values(calls).reduce((sum, count) => sum + count, 0);
    await close();
  }
  return modes;
}

function quickly(name) {
  return { MCPGW_TIME_SCALE: '0.05', MCPGW_STATE: join(state, name) };
}

async function measureApplying(speed) {
  const { proxy, env } = await open(speed);
  proxy.weather = { latency: LATENCY / speed };
  const scale = { MCPGW_TIME_SCALE: String(1 / speed) };
  const { stdout, stderr } = await finish(
    start(['dist/bench/apply.js', manifest, String(speed)], { ...env, ...scale }),
  );
  if (stdout === '') throw new Error(stderr);
  return { speed, ...JSON.parse(stdout) };
}

function controller(env, args, more = {}) {
  return start([bin, ...args], { ...env, ...more });
}

function start(args, env) {
  const ambient = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  return spawn(process.execPath, args, {
    cwd: root,
    env: {
      ...Object.fromEntries(ambient),
      ...env,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      MCPGW_STATE: env.MCPGW_STATE ?? join(state, env.MCPGW_TIME_SCALE ?? 'quick'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function finish(child) {
  const began = performance.now();
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) child[name].on('data', (data) => (said[name] += data));
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  return { code, ms: performance.now() - began, ...said };
}

async function best(measure) {
  let least = Infinity;
  for (let i = 0; i < BEST_OF; i++) least = Math.min(least, await measure());
  return least;
}

async function report({ reading, starting, memory, modes, applying }) {
  const calls = Object.values(reading.calls).reduce((sum, count) => sum + count, 0);
  const ratio = (a, b) => (a / b).toFixed(2);
  const rows = [
    ['quiet `plan`: calls', String(calls), '≤ 140'],
    ...Object.entries(modes).map(([mode, count]) => [
      `quiet \`plan\` of \`manifests/${mode}.yaml\`: calls`,
      String(count),
      '≤ 140',
    ]),
    [
      `quiet \`plan\`: time against ${reading.singleCalls} single reads, ten at a time, ${LATENCY} ms each`,
      ratio(reading.planMs, reading.singleMs),
      '≤ 0.25',
    ],
    [
      `\`apply\` from nothing, AWS ${applying.speed} times as quick: time against the graph's longest chain`,
      ratio(applying.ms, applying.chainMs),
      '≤ 1.10',
    ],
    ['`--help`: time against `node -e 0`', ratio(starting.helpMs, starting.nodeMs), ''],
    ['`plan` until its first call: time against `node -e 0`', ratio(starting.callMs, starting.nodeMs), ''],
  ];
  const services = Object.entries(reading.calls).sort(([a], [b]) => a.localeCompare(b));
  const text = `# Measurements

\`npm run bench\` writes this from the gateway of \`${manifest}\`, ${reading.things} live things. Counts are exact; times are
ratios within one run, so that they mean the same on every machine. Reads are answered from a recording after ${LATENCY} ms; the
single ones are the calls that tell of each thing by itself what a plan compares.

${table(['measure', 'value', 'target'], rows)}

## Calls of a quiet \`plan\`

${table(
  ['service', 'calls'],
  services.map(([service, count]) => [service, String(count)]),
)}

## The longest chain of an \`apply\`

${applying.chain.map((node) => `\`${node}\``).join(' → ')}
`;
  await writeFile(join(root, 'bench/results.md'), text);
  console.log(text);

  const ms = (value) => `${Math.round(value)} ms`;
  console.log(`On this machine, Node ${process.version}:
  quiet plan ${ms(reading.planMs)}, single reads ${ms(reading.singleMs)}
  apply ${ms(applying.ms)} (${applying.result}), its longest chain ${ms(applying.chainMs)}, ${applying.calls} calls, one ${ms(applying.callMs)}
  node -e 0 ${ms(starting.nodeMs)}, --help ${ms(starting.helpMs)} (target 150), plan until its first call ${ms(starting.callMs)} (target 400)
  memory of a plan at most ${Math.round(memory)} MB

The way that took longest: since when free to begin, begun, made, due to be ready, seen ready`);
  for (const { node, ...times } of applying.stretches)
    console.log(
      `  ${node.padEnd(38)}${Object.values(times)
        .map((time) => ms(time).padStart(11))
        .join('')}`,
    );
}

function table(head, rows) {
  const widths = head.map((title, i) => Math.max(3, title.length, ...rows.map((row) => row[i].length)));
  const line = (cells) => `| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
