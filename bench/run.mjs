// npm run bench [-- --speed n] [-- --only daemon]: measures a whole gateway in a local AWS of its own, and writes what
// does not depend on the machine into bench/results.md. Reads what the build made.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startProxy } from '../dist/test/faults/proxy.js';
import { startSandbox } from '../sandbox/sandbox.mjs';
import { daemonText, measureDaemon } from './daemon.mjs';
import { bin, finish, root, start as startNode } from './processes.mjs';
import { table } from './table.mjs';

const { values } = parseArgs({ options: { speed: { type: 'string', default: '10' }, only: { type: 'string' } } });
const manifest = 'manifests/cloudfront.yaml';
const otherModes = ['custom-domain', 'cloudfront-custom-domain', 'cloudfront-custom-domain-dual', 'development'];
/** Milliseconds that a call to AWS takes. */
const LATENCY = 60;
const BEST_OF = 5;
const RESULTS = join(root, 'bench/results.md');
const DAEMON = '## The daemon\n';

const state = await mkdtemp(join(tmpdir(), 'mcpgw-bench-'));
const running = [];
try {
  const quick = await open();
  const first = await finish(controller(quick.env, ['apply', '-f', manifest, '--yes'], { MCPGW_TIME_SCALE: '0.05' }));
  if (first.code !== 0) throw new Error(`the gateway could not be built\n${first.stdout}${first.stderr}`);
  const reading = values.only === 'daemon' ? undefined : await measureReading(quick);
  const starting = reading && (await measureStarting(quick));
  const memory = reading && (await measureMemory(quick));
  const daemon = await measureDaemon(quick.env, { manifest, folder: join(state, 'daemon') });
  await close();
  if (reading === undefined) await write((await readFile(RESULTS, 'utf8')).split(DAEMON)[0], daemon);
  else {
    const modes = await measureModes();
    const applying = await measureApplying(Number(values.speed));
    await report({ reading, starting, memory, modes, applying, daemon });
  }
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
  const { stdout, stderr } = await finish(start(['dist/bench/quiet-plan.js', manifest, String(LATENCY)], env));
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
  return startNode(args, { ...env, MCPGW_STATE: env.MCPGW_STATE ?? join(state, env.MCPGW_TIME_SCALE ?? 'quick') });
}

async function best(measure) {
  let least = Infinity;
  for (let i = 0; i < BEST_OF; i++) least = Math.min(least, await measure());
  return least;
}

async function write(before, daemon) {
  const text = `${before.trimEnd()}\n\n${DAEMON}\n${daemonText(daemon)}`;
  await writeFile(RESULTS, text);
  console.log(text);
}

async function report({ reading, starting, memory, modes, applying, daemon }) {
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
  await write(text, daemon);

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
