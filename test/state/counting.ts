import { diskStore } from '../../src/state/disk-store.ts';
import { amend } from '../../src/state/texts.ts';

// Counts up in a folder that others count in too: counting.js <folder> <times>
const [folder = '', times = '0'] = process.argv.slice(2);
const store = diskStore(folder);
for (let i = 0; i < Number(times); i++) {
  await amend(store, 'count.json', (value) => (typeof value === 'number' ? value : 0) + 1);
  if (i === 5) process.send?.('underway');
}
process.disconnect?.();
