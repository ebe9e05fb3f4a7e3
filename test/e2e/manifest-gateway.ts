import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { mkdtemp, mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openSession, type Session } from '../../src/controller/session.ts';
import { lookAround, type PlanOptions, type Sight } from '../../src/controller/look.ts';
import { run, type RunOptions } from '../../src/controller/run.ts';
import type { Call } from '../../src/aws/middleware.ts';
import type { Outcome } from '../../src/engine/reconcile.ts';
import type { Plan } from '../../src/engine/plan.ts';
import { proxyOf, type SandboxAccount } from '../sandbox-account.ts';
import { assertEmpty, printPlan } from '../sandbox-gateway.ts';
import { checkFiles, type LoadedGateway } from '../../src/spec/read.ts';
import { withMore } from '../spec/given.ts';

type Data = { [key: string]: unknown };

/** A gateway as a person runs it: a manifest in a folder, an environment, and a session for each command. */
export class ManifestGateway {
  readonly environment: Record<string, string | undefined>;
  readonly folder: string;
  readonly state: string;
  /** The AWS calls of all its sessions. */
  readonly calls: Call[] = [];
  /** What people are told besides. */
  readonly warnings: string[] = [];
  /** Is told of each call, and holds up the next one. */
  watch: { heard(call: Call): Promise<void> } | undefined;
  readonly #account: SandboxAccount;
  readonly #name: string;

  private constructor(account: SandboxAccount, name: string, folder: string) {
    this.#account = account;
    const proxy = proxyOf(account.accountId);
    this.environment = { ...process.env, MCPGW_TIME_SCALE: '0.05', MCPGW_PROBE_PROXY: proxy };
    this.#name = name;
    this.folder = folder;
    this.state = join(folder, 'state');
  }

  /** Its folder is gone when the process ends. */
  static async open(account: SandboxAccount, name = 'mcp-gateway'): Promise<ManifestGateway> {
    const folder = await mkdtemp(join(tmpdir(), 'mcpgw-e2e-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    return new ManifestGateway(account, name, folder);
  }

  async write(file: string, text: string): Promise<void> {
    await mkdir(dirname(join(this.folder, file)), { recursive: true });
    await writeFile(join(this.folder, file), text);
  }

  /** Connects as a command would, with the account's credentials in the process. */
  async session(spec: Data): Promise<Session> {
    const { accessKeyId, secretAccessKey, sessionToken } = await this.#account.credentials();
    process.env['AWS_ACCESS_KEY_ID'] = accessKeyId;
    process.env['AWS_SECRET_ACCESS_KEY'] = secretAccessKey;
    process.env['AWS_SESSION_TOKEN'] = sessionToken ?? '';
    const { environment, state } = this;
    const onCall = async (call: Call): Promise<void> => {
      this.calls.push(call);
      await this.watch?.heard(call);
    };
    return openSession(this.#load(spec), {
      environment,
      state,
      onCall,
      onWarning: (message) => void this.warnings.push(message),
    });
  }

  async look(spec: Data, options: PlanOptions = {}): Promise<Sight> {
    return lookAround(await this.session(spec), options);
  }

  async plan(spec: Data): Promise<Plan> {
    return (await this.look(spec)).plan;
  }

  /** Plans and carries it out. */
  async attempt(spec: Data, options: Omit<RunOptions, 'command'> = {}): Promise<Outcome> {
    const session = await this.session(spec);
    const sight = await lookAround(session, options);
    const command = options.destroy === true ? 'destroy' : 'apply';
    return run(session, sight, { timeout: 180_000, ...options, command });
  }

  /** Carries out all of it and insists that a second look finds nothing to do. */
  async apply(spec: Data, options: Omit<RunOptions, 'command'> = {}): Promise<Outcome> {
    const outcome = settled(await this.attempt(spec, options));
    assertEmpty(await this.plan(spec));
    return outcome;
  }

  async destroy(spec: Data): Promise<Outcome> {
    return settled(await this.attempt(spec, { destroy: true, allowData: true }));
  }

  #load(spec: Data): LoadedGateway {
    const { accountId } = this.#account;
    const text = withMore({ metadata: { name: this.#name }, spec: { accountId, ...spec } });
    const { gateways, problems } = checkFiles([{ file: join(this.folder, 'gateway.yaml'), text, found: false }]);
    assert.deepEqual(
      problems.filter((problem) => problem.severity !== 'warning'),
      [],
    );
    assert(gateways[0] !== undefined);
    return gateways[0];
  }
}

function settled(outcome: Outcome): Outcome {
  const failures = outcome.failures.map(({ node, verb, error }) => `${verb} ${node}: ${error.code}: ${error.message}`);
  assert.equal(outcome.result, 'converged', [printPlan(outcome.plan), ...failures].join('\n'));
  return outcome;
}
