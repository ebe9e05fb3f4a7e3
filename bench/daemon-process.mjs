import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { bin, root, start } from './processes.mjs';

/** The default between two looks at a quiet gateway, in seconds. */
export const INTERVAL = 300;

/** A daemon as the released image starts it. */
export class Daemon {
  #child;
  #url;
  #errors = '';

  constructor(args, env) {
    const { flags, variables } = asInTheImage();
    this.#child = start([...flags, bin, 'daemon', '--listen', '127.0.0.1:0', ...args], { ...variables, ...env });
    this.#child.stderr.on('data', (data) => (this.#errors += data));
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      const said = JSON.parse(line);
      if (said.msg === 'started') this.#url = said.listen;
      if (said.level === 'warn' || said.level === 'error') this.#errors += `${line}\n`;
    });
  }

  /** Waits for something; a daemon that ended meanwhile is an error. */
  async until(what, ask, patience = 300_000) {
    const end = Date.now() + patience;
    for (;;) {
      const found = await ask();
      if (found !== undefined && found !== false) return found;
      if (Date.now() > end || this.#child.exitCode !== null) throw new Error(`${what}: never\n${this.#errors}`);
      await sleep(50);
    }
  }

  async gateways() {
    const url = await this.until('started', () => this.#url);
    return (await (await fetch(`${url}/api/v1/gateways`)).json()).items;
  }

  /** Each gateway was looked at, and is as it should be. */
  async ready(number) {
    const isReady = ({ status }) => status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True');
    await this.until(`${number} gateways ready`, async () => {
      const all = await this.gateways();
      if (all.length === number && all.every(isReady)) return true;
      await sleep(1000);
      return false;
    });
  }

  /** What it holds in memory, in MB: the resident set, as containers count it. */
  get memory() {
    const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.#child.pid}/status`, 'utf8'));
    return Number(kib) / 1024;
  }

  async stop() {
    const ended = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.kill('SIGTERM');
    await ended;
  }
}

/** The flags and variables that the image's Dockerfile gives to Node. */
export function asInTheImage() {
  const text = readFileSync(`${root}Dockerfile`, 'utf8');
  const [, entry] = /^ENTRYPOINT (.*)$/m.exec(text);
  const [, variables] = /^ENV (.*)$/m.exec(text);
  return {
    flags: JSON.parse(entry).filter((word) => word.startsWith('--')),
    variables: Object.fromEntries(
      variables.split(' ').map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    ),
  };
}
