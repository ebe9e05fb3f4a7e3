import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import test from 'node:test';

const belowReconcilers = ['spec', 'engine', 'outside', 'aws'];
const belowController = [...belowReconcilers, 'version', 'words', 'state', 'reconcilers'];

/** Each layer of `src`, and what it may import besides itself. */
const layers: ReadonlyMap<string, readonly string[]> = new Map([
  ['spec', []],
  ['engine', []],
  ['version', []],
  ['words', []],
  ['outside', ['engine']],
  ['aws', ['engine', 'outside']],
  ['state', ['engine', 'aws', 'words']],
  ['reconcilers', belowReconcilers],
  ['controller', belowController],
  ['doctor', [...belowController, 'controller']],
  ['daemon', [...belowController, 'controller']],
  ['http', [...belowController, 'controller', 'daemon']],
  ['cli', [...belowController, 'controller', 'doctor', 'daemon', 'http']],
]);

const services =
  /(?<![a-z])(?:aws|amazon|ec2|ecs|ecr|vpc|subnet|iam|kms|rds|aurora|docdb|efs|cloudfront|route53|elb|alb|s3|sns|ssm|acm|cloudwatch|fargate|keycloak)(?![a-z])/i;
const waits = /\bsetTimeout\(|timers\/promises|AbortSignal\.timeout\(|\bwaitUntil[A-Z]|@smithy\/util-waiter/;
const durations =
  /\b\w*(?:timeout|delay|interval|deadline|patience|backoff|poll|grace|millis(?:econds)?)\w*['"]?\s*[:=]\s*[1-9]|\d\s*\*\s*1_?000\b|\b60\s*\*|\*\s*60\b/i;

/** Runs in people's browsers, where no clock is handed in. */
const browser = /^src\/http\/page\/(?:browser|generated)\//;

function layerOf(file: string): string {
  return file.replace(/\.ts$/, '').split('/')[1] ?? '';
}

function importsOf(code: string): readonly string[] {
  return [...code.matchAll(/(?:\bfrom|\bimport\(|\bimport)\s*'([^']+)'/g)].map((match) => match[1] ?? '');
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[^]*?\*\//g, '').replace(/(?<![:'"])\/\/.*$/gm, '');
}

/** The words of a name: `waitForVpc` is `wait For Vpc`. */
function inWords(code: string): string {
  return code.replace(/([a-z\d])([A-Z])/g, '$1 $2');
}

function offencesIn(file: string, source: string): readonly string[] {
  const code = withoutComments(source);
  const layer = layerOf(file);
  const allowed = layers.get(layer);
  if (allowed === undefined) return [`${file}: src/${layer} is no layer`];
  const offences: string[] = [];

  for (const name of importsOf(code)) {
    const path = name.startsWith('.') ? posix.join(posix.dirname(file), name) : name;
    const target = layerOf(path);
    if (path.startsWith('src/') && target !== layer && !allowed.includes(target)) offences.push(`imports ${name}`);
    if (name.startsWith('@aws-sdk/') && layer !== 'aws' && layer !== 'reconcilers') offences.push(`imports ${name}`);
  }
  if (/\/(?:utils?|helpers?|types?|common|misc)\.ts$/.test(file)) offences.push('has a name that says nothing');
  if (/^export (?:type )?(?:\*|\{[^}]*\}).* from '\./m.test(code) && file !== 'src/reconcilers/index.ts')
    offences.push('is a barrel');

  const service = layer === 'engine' ? services.exec(inWords(code)) : null;
  if (service) offences.push(`names ${service[0]}`);
  if (browser.test(file)) return offences.map((offence) => `${file}: ${offence}`);
  const wait = layer === 'aws' || layer === 'outside' || file === 'src/engine/timing.ts' ? null : waits.exec(code);
  if (wait) offences.push(`waits by itself: ${wait[0]}`);
  if (layer !== 'cli' && /\bsetInterval\(/.test(code)) offences.push('ticks by itself: only a view is redrawn');
  // What a manifest or AWS calls a timeout is data; elsewhere a duration is the controller's own.
  const isOurs = layer !== 'spec' && layer !== 'reconcilers' && file !== 'src/engine/timing.ts';
  const duration = isOurs ? durations.exec(code) : null;
  if (duration) offences.push(`holds a duration: ${duration[0]}`);
  if (layer === 'reconcilers' && /\bsleep\(|'p-retry'/.test(code)) offences.push('waits inside a kind');

  return offences.map((offence) => `${file}: ${offence}`);
}

test('the sources keep to the architecture', async () => {
  const files = (await readdir('src', { recursive: true }))
    .map((file) => `src/${file}`)
    .filter((file) => file.endsWith('.ts'));
  assert.ok(files.includes('src/engine/kind.ts'));
  const offences = await Promise.all(files.map(async (file) => offencesIn(file, await readFile(file, 'utf8'))));
  assert.deepEqual(offences.flat(), []);
});

const forbidden: readonly (readonly [string, string])[] = [
  ['src/engine/a.ts', `import { gateway } from '../reconcilers/index.ts';`],
  ['src/spec/a.ts', `import type { Kind } from '../engine/kind.ts';`],
  ['src/aws/a.ts', `const module = await import('../state/store.ts');`],
  ['src/reconcilers/network/a.ts', `import { cycle } from '../../controller/run.ts';`],
  ['src/cli/a.ts', `import { EC2Client } from '@aws-sdk/client-ec2';`],
  ['src/state/a.ts', `import '@aws-sdk/client-s3';`],
  ['src/spec/utils.ts', ''],
  ['src/misc/a.ts', ''],
  ['src/engine/a.ts', `export {\n  b,\n} from './b.ts';`],
  ['src/engine/a.ts', `const lastVpcSeen = 1;`],
  ['src/engine/a.ts', `throw new Error('no such subnet')`],
  ['src/cli/a.ts', `setTimeout(redraw, frame);`],
  ['src/daemon.ts', `setInterval(cycle, timing.pollMax);`],
  ['src/reconcilers/a.ts', `await waitUntilServicesStable(client);`],
  ['src/reconcilers/a.ts', `await clock.sleep(timing.pollMin);`],
  ['src/cli/a.ts', `const options = { pollInterval: 250 };`],
  ['src/state/a.ts', `const lease = 15 * 60 * second;`],
];

for (const [file, source] of forbidden) {
  test(`${source || 'this name'} is refused in ${file}`, () => {
    assert.equal(offencesIn(file, source).length, 1);
  });
}

const permitted: readonly (readonly [string, string])[] = [
  [
    'src/reconcilers/network/a.ts',
    `import { Kind } from '../../engine/kind.ts'; import { pages } from '../../aws/pages.ts';`,
  ],
  ['src/cli/plan.ts', `const { cycle } = await import('../controller/run.ts');`],
  ['src/cli/progress.ts', `setInterval(draw, timing.frame);`],
  ['src/aws/sdk/ec2.ts', `export { EC2Client as Client } from '@aws-sdk/client-ec2';`],
  ['src/engine/a.ts', `await clock.sleep(timing.grace); /* as in a Vpc */`],
  ['src/reconcilers/ecs/a.ts', `const healthCheck = { interval: 30, timeout: 5 };`],
];

for (const [file, source] of permitted) {
  test(`${source} is fine in ${file}`, () => {
    assert.deepEqual(offencesIn(file, source), []);
  });
}
