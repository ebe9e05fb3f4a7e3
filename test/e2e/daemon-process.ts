import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { systemClock } from '../../src/engine/timing.ts';
import type { CommandLine } from '../cli/command-line.ts';

const PROGRAM = resolve('bin/mcpgw-controller.js');

/** What the daemon's API says of a gateway, as far as tests ask. */
export interface Shown {
  readonly metadata: { readonly name: string; readonly generation: number };
  readonly status: {
    readonly observedGeneration: number;
    readonly appliedRevision: string | null;
    readonly running: boolean;
    readonly conditions: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason: string;
      readonly message: string;
    }[];
    readonly held: { readonly planId: string; readonly why: string; readonly deletes: readonly string[] } | null;
    readonly pause: { readonly until: string; readonly why: string } | null;
    readonly lastLook: string | null;
    readonly lastRun: { readonly result: string; readonly at: string; readonly errors: readonly string[] } | null;
  };
}

type Line = Readonly<Record<string, unknown>> & { readonly msg: string; readonly level: string };

/** A daemon as people run it: a process of its own. */
export class DaemonProcess {
  readonly child: ChildProcess;
  readonly lines: Line[] = [];
  readonly ended: Promise<number | null>;
  #text = '';
  errors = '';

  constructor(line: CommandLine, args: readonly string[], env: Readonly<Record<string, string | undefined>> = {}) {
    this.child = spawn(process.execPath, [PROGRAM, 'daemon', '--listen', '127.0.0.1:0', ...args], {
      cwd: line.folder,
      env: { ...line.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.ended = new Promise((done) => this.child.once('close', (code) => done(code)));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.errors += text));
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#text += text;
      const lines = this.#text.split('\n');
      this.#text = lines.pop() ?? '';
      for (const each of lines) this.lines.push(JSON.parse(each) as Line);
    });
  }

  /** Waits for something that the daemon is to come to. */
  async until<T>(what: string, ask: () => Promise<T | undefined> | T | undefined, patience = 90_000): Promise<T> {
    const end = Date.now() + patience;
    for (;;) {
      const found = await ask();
      if (found !== undefined) return found;
      assert.ok(Date.now() < end, `${what} did not come about\n${this.tail()}`);
      assert.equal(this.child.exitCode, null, `the daemon ended\n${this.tail()}`);
      await systemClock.sleep(100);
    }
  }

  line(pattern: RegExp, patience?: number): Promise<Line> {
    return this.until(
      `a line like ${String(pattern)}`,
      () => this.lines.find(({ msg }) => pattern.test(msg)),
      patience,
    );
  }

  async url(): Promise<string> {
    const started = await this.line(/^started$/);
    return String(started['listen']);
  }

  async gateways(): Promise<readonly Shown[]> {
    const response = await fetch(`${await this.url()}/api/v1/gateways`);
    return ((await response.json()) as { readonly items: readonly Shown[] }).items;
  }

  /** Waits until the gateway is as it is asked to be. */
  gateway(what: string, is: (shown: Shown) => boolean, patience?: number): Promise<Shown> {
    return this.until(
      what,
      async () => (await this.gateways()).find((shown) => shown.metadata.name === 'mcp-gateway' && is(shown)),
      patience,
    );
  }

  /** Waits for a pass that begins from now on and ends quietly. */
  async nextPass(): Promise<Shown> {
    const now = new Date().toISOString();
    return this.gateway('another pass', ({ status }) => !status.running && (status.lastRun?.at ?? '') > now);
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<{ readonly code: number | null; readonly ms: number }> {
    const began = Date.now();
    this.child.kill(signal);
    const code = await this.ended;
    return { code, ms: Date.now() - began };
  }

  tail(): string {
    return [...this.lines.slice(-15).map((line) => JSON.stringify(line)), this.errors].join('\n');
  }
}

export const condition = ({ status }: Shown, type: string): string => {
  const found = status.conditions.find((each) => each.type === type);
  return `${found?.status ?? ''} ${found?.reason ?? ''} ${found?.message ?? ''}`;
};

export const isTrue = (shown: Shown, type: string): boolean => condition(shown, type).startsWith('True');
