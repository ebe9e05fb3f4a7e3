// The daemon's part of the measurements.
import { join } from 'node:path';
import { measureEvents, measurePolling } from './daemon-drift.mjs';
import { asInTheImage, INTERVAL } from './daemon-process.mjs';
import { measureRest } from './daemon-rest.mjs';
import { table } from './table.mjs';

/** Seconds between two looks, long enough that a look takes a small share of them. */
const RESTS = [
  { number: 1, interval: 30, rounds: 3 },
  { number: 10, interval: 30, rounds: 3 },
  { number: 100, interval: 90, rounds: 2 },
];
const POLLING = 30;
/** Seconds from an event until what it tells of was seen. */
const PROMPT = 20;

/** @param {string} folder a new one, for all that the daemons write */
export async function measureDaemon(env, { manifest, folder }) {
  const polling = await measurePolling(env, { manifest, folder: join(folder, 'polling'), interval: POLLING });
  const events = await measureEvents(env, { manifest, folder: join(folder, 'events') });
  const rests = [];
  for (const rest of RESTS)
    rests.push({
      ...rest,
      ...(await measureRest(env, { manifest, folder: join(folder, String(rest.number)), ...rest })),
    });
  return { polling, events, rests };
}

export function daemonText({ polling, events, rests }) {
  const [one, ...more] = rests;
  const { flags, variables } = asInTheImage();
  const settings = [
    ...flags,
    ...Object.entries(variables).flatMap(([name, value]) => (name === 'NODE_ENV' ? [] : [`${name}=${value}`])),
  ];
  const growth = more.map(({ number, memory }) => [
    `growth per further gateway, with ${number}: MB`,
    ((memory - one.memory) / (number - 1)).toFixed(1),
    '',
  ]);
  const rows = [
    [
      `memory at rest with one gateway, Node ${process.versions.node.split('.')[0]}: MB`,
      one.memory.toFixed(0),
      '≤ 120',
    ],
    ...growth,
    ['calls a second at rest with one gateway, every 5 min', one.callsPerSecond.toFixed(2), '≤ 0.60'],
    ['drift, by polling: the longest until it was put right, in intervals', polling.toFixed(2), '≤ 1.00'],
    [
      `drift, by event: the longest until it was put right, against ${PROMPT} s`,
      (events / PROMPT).toFixed(2),
      '≤ 1.00',
    ],
  ];
  const counts = rests.map(({ number, looks, callsOfLook, longestWait }) => [
    String(number),
    String(looks),
    callsOfLook.toFixed(1),
    longestWait.toFixed(2),
  ]);
  return `As the image starts it: ${settings.map((each) => `\`${each}\``).join(', ')}. Memory is the resident set at rest and the one number here that
depends on the machine. Each gateway is a whole one in an account of its own with a role of its own: the calls are real ones, and
what AWS answered about the one gateway that was built is answered about each. Looks were made every ${rests
    .map(({ interval }) => interval)
    .join(', ')} s
instead of the default's ${INTERVAL}, with all other times but those of calls shortened alike; calls a second are told of unshortened time. Changes were
made right after a pass, when the next one is furthest away, and the events came one right after the other.

${table(['measure', 'value', 'target'], rows)}

${table(['gateways', 'looks', 'calls a look', 'longest between two looks, in intervals'], counts)}
`;
}
