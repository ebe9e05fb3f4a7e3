// What a daemon costs that has nothing to do.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { accountOf, OWN, startAccounts } from './accounts.mjs';
import { Daemon, INTERVAL } from './daemon-process.mjs';
import { root } from './processes.mjs';

/**
 * Lets a daemon rest over so many gateways, each in an account of its own, with roles of their own.
 *
 * @param {string} folder an empty one
 * @param {number} interval seconds between two looks
 * @param {number} rounds how many intervals are watched after all is ready
 */
export async function measureRest(env, { manifest, folder, number, interval, rounds }) {
  const accounts = await startAccounts(env.AWS_ENDPOINT_URL);
  const text = await readFile(join(root, manifest), 'utf8');
  await mkdir(join(folder, 'gateways'), { recursive: true });
  for (let i = 0; i < number; i++) {
    const own = text.replaceAll(OWN, accountOf(i));
    const access = `  access: { roleArn: 'arn:aws:iam::${accountOf(i)}:role/bench' }\n`;
    await writeFile(join(folder, 'gateways', `${i}.yaml`), own + access);
  }
  const scale = interval / INTERVAL;
  const daemon = new Daemon(['-f', join(folder, 'gateways'), '--interval', `${interval}s`], {
    ...env,
    AWS_ENDPOINT_URL: accounts.url,
    MCPGW_TIME_SCALE: String(scale),
    MCPGW_STATE: join(folder, 'state'),
    NODE_COMPILE_CACHE: join(folder, 'compiled'),
  });
  try {
    await daemon.ready(number);
    const since = performance.now();
    const memory = [];
    for (const end = since + rounds * interval * 1000; performance.now() < end; await sleep(500))
      memory.push(daemon.memory);
    const now = performance.now();
    return { number, memory: median(memory), ...restOf(accounts.calls, { since, now, interval, scale }) };
  } finally {
    await daemon.stop();
    await accounts.stop();
  }
}

/** Calls a second and a look, and the longest that a gateway waited for its next look, in intervals. */
function restOf(calls, { since, now, interval, scale }) {
  const ways = [...new Set(calls.map(({ account }) => account))].map((account) => {
    const looks = looksIn(
      calls.filter((call) => call.account === account),
      interval,
    );
    return looks.slice(
      Math.max(
        looks.findLastIndex(({ at }) => at < since),
        0,
      ),
    );
  });
  // The last look of each may not be over, and the one before all was ready may have been its first.
  const whole = ways.flatMap((looks) => looks.slice(0, -1).filter(({ at }) => at >= since));
  const number = whole.reduce((sum, look) => sum + look.calls, 0);
  const periods = ways.flatMap((looks) => looks.slice(1).map(({ at }, i) => at - looks[i].at));
  const open = ways.map((looks) => now - looks.at(-1).at);
  const mean = periods.reduce((sum, period) => sum + period, 0) / periods.length;
  return {
    looks: whole.length,
    callsOfLook: number / whole.length,
    callsPerSecond: (number / whole.length / mean) * 1000 * scale * ways.length,
    longestWait: Math.max(...periods, ...open) / 1000 / interval,
  };
}

/** The looks at one gateway: between two of them nothing is asked for long. */
function looksIn(calls, interval) {
  const looks = [];
  let last = -Infinity;
  for (const { at } of calls) {
    if (at - last > (interval * 1000) / 5) looks.push({ at, calls: 0 });
    looks.at(-1).calls += 1;
    last = at;
  }
  return looks;
}

function median(values) {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
