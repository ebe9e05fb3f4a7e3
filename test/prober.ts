import type { Call } from '../src/aws/middleware.ts';
import type { Sight } from '../src/controller/look.ts';
import { outputsOf } from '../src/controller/outputs.ts';
import { createWeb, type Web } from '../src/outside/http.ts';
import { proxyOf, testTiming, type SandboxAccount } from './sandbox-account.ts';
import { signInUrl } from './sign-in.ts';

type Spec = { [key: string]: unknown };

const fronts = {
  registry: { output: 'mcp_gateway_url', path: '/health' },
  keycloak: { output: 'keycloak_url', path: '/realms/master' },
} as const;
type Front = keyof typeof fronts;

/** Who answered when. */
export interface Moment {
  /** The call that it came after. */
  readonly after: string;
  /** What each public address said: a status, or why there was none. */
  readonly said: ReadonlyMap<string, number | string>;
}

/** What a registry of the sandbox answers: addresses that it was told of. */
interface Health {
  readonly urls: { readonly KEYCLOAK_URL: string; readonly AUTH_SERVER_EXTERNAL_URL: string };
}

/** Whom a prober asks where the gateway stands. */
interface Watched {
  look(spec: Spec): Promise<Sight>;
}

/** Asks for a gateway by its old and its new public names, as a browser would, while it goes from one to the other. */
export class Prober {
  /** Moments at which neither name of one half answered, or people were led astray to sign in; a run without an outage has none. */
  readonly gaps: string[] = [];
  readonly moments: Moment[] = [];
  readonly #web: Web;
  readonly #gateway: Watched;
  readonly #specs: readonly Spec[];
  #addresses: Readonly<Record<Front, ReadonlySet<string>>> = { registry: new Set(), keycloak: new Set() };
  #turn: Promise<void> = Promise.resolve();
  #last = 0;
  #isLooking = false;

  private constructor(account: SandboxAccount, gateway: Watched, specs: readonly Spec[]) {
    this.#web = createWeb({ proxy: proxyOf(account.accountId), timing: testTiming });
    this.#gateway = gateway;
    this.#specs = specs;
  }

  /** @param specs the manifest that stands, and the one that is to come: the names of both are asked */
  static async open(account: SandboxAccount, gateway: Watched, specs: readonly Spec[]): Promise<Prober> {
    const prober = new Prober(account, gateway, specs);
    await prober.#learn();
    await prober.#ask('the beginning');
    return prober;
  }

  /** To be called after each AWS call; the next one waits for the answer. Of reads, one in a while is enough. */
  async heard({ operation, error }: Call): Promise<void> {
    const isRead = /^(?:Describe|Get|List|Lookup|Batch|Search|AssumeRole)/.test(operation);
    if (this.#isLooking || (isRead && performance.now() - this.#last < 250)) return;
    this.#turn = this.#turn.then(async () => {
      // Only these bring forth names that nobody knew before.
      if (/^Create(?:Distribution|LoadBalancer)/.test(operation) && error === undefined) await this.#learn();
      await this.#ask(operation);
    });
    await this.#turn;
  }

  async #learn(): Promise<void> {
    this.#isLooking = true;
    const found = { registry: new Set<string>(), keycloak: new Set<string>() };
    for (const spec of this.#specs) {
      const outputs = outputsOf(await this.#gateway.look(spec));
      for (const front of ['registry', 'keycloak'] as const) {
        const url = outputs[fronts[front].output]?.value;
        if (typeof url === 'string') found[front].add(url);
      }
    }
    this.#addresses = found;
    this.#isLooking = false;
  }

  async #ask(after: string): Promise<void> {
    const said = new Map<string, number | string>();
    const asked = (['registry', 'keycloak'] as const).flatMap((front) =>
      [...this.#addresses[front]].map(async (url) => {
        const answer = await this.#web.send({ method: 'GET', url: `${url}${fronts[front].path}`, headers: {} });
        said.set(url, 'failure' in answer ? answer.reason : answer.status);
        return 'status' in answer && answer.status < 300 ? [{ front, url, body: answer.body }] : [];
      }),
    );
    const answers = (await Promise.all(asked)).flat();
    for (const front of ['registry', 'keycloak'] as const)
      if (!answers.some((answer) => answer.front === front)) this.#noteGap(front, after, said);
    await this.#askToSignIn(
      after,
      answers.filter(({ front }) => front === 'registry'),
    );
    this.#last = performance.now();
    this.moments.push({ after, said });
  }

  /** Whom a registry answers, it leads to Keycloak, to come back to a name of the registry that answers, too. */
  async #askToSignIn(
    after: string,
    registries: readonly { readonly url: string; readonly body: string }[],
  ): Promise<void> {
    const open = new Set(registries.map(({ url }) => url));
    const ways = new Map(
      registries.map(({ body }) => {
        const { urls } = JSON.parse(body) as Health;
        return [signInUrl(urls.KEYCLOAK_URL, urls.AUTH_SERVER_EXTERNAL_URL), urls.AUTH_SERVER_EXTERNAL_URL];
      }),
    );
    const said = new Map<string, number | string>();
    for (const [url, registry] of ways) {
      const answer = await this.#web.ask({ url });
      if (!('status' in answer) || answer.status !== 200)
        said.set(url, 'failure' in answer ? answer.reason : answer.status);
      if (!open.has(registry)) said.set(registry, 'no answer');
    }
    if (said.size > 0) this.#noteGap('sign-in', after, said);
  }

  #noteGap(what: Front | 'sign-in', after: string, said: ReadonlyMap<string, number | string>): void {
    this.gaps.push(`${what} after ${after}: ${[...said].map(([url, answer]) => `${url}: ${answer}`).join('; ')}`);
  }
}
