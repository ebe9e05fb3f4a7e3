import { steadyClock, systemClock } from '../../src/engine/timing.ts';
import { diskStore } from '../../src/state/disk-store.ts';
import { acquireLease } from '../../src/state/lease.ts';
import { short } from './short-lease.ts';

// Takes a lease and writes as long as it may, once every 10 ms: lease-holder.js <folder> <scale> <patience>
// Says `held <fence>`, then `wrote` for each write; `refused <code>` once and ends.
const [folder = '', scale = '1', patience = '0'] = process.argv.slice(2);
const say = (text: string): void => void process.stdout.write(`${text}\n`);
try {
  const lease = await acquireLease({
    store: diskStore(folder),
    gateway: 'us-east-1/mcp-gateway',
    clock: systemClock,
    steady: steadyClock,
    timing: short(Number(scale)),
    command: 'apply',
    revision: '3f2c1ab',
    patience: Number(patience),
  });
  say(`held ${lease.holder.fence}`);
  process.once('SIGTERM', () => void lease.release().then(() => process.exit(0)));
  for (;;) {
    lease.fence();
    say('wrote');
    await systemClock.sleep(10);
  }
} catch (error) {
  say(`refused ${error instanceof Error && 'code' in error ? String(error.code) : String(error)}`);
  process.exit(0);
}
