// node --import ./bench/max-rss.mjs ...: at the end says on standard error how much memory the process took at most.
import { writeSync } from 'node:fs';

process.once('exit', () => writeSync(2, `max rss ${process.resourceUsage().maxRSS} KiB\n`));
