import assert from 'node:assert/strict';
import { WAYS_TAG } from '../../src/reconcilers/ingress/ways.ts';
import { liveOf } from '../../src/engine/snapshot.ts';
import { freshDomain, openAccount, type SandboxAccount } from '../sandbox-account.ts';
import { Prober } from '../prober.ts';
import { ManifestGateway } from './manifest-gateway.ts';

// Whoever asks has to be let in.
const allowedCidrs = ['0.0.0.0/0'];

const specsWith = (domain: ReturnType<typeof freshDomain>) => ({
  development: { ingress: { allowedCidrs, mode: 'development' } },
  'custom-domain': { ingress: { allowedCidrs, mode: 'custom-domain', domain } },
  cloudfront: { ingress: { allowedCidrs, mode: 'cloudfront' } },
  'via-cloudfront': { ingress: { allowedCidrs, mode: 'cloudfront-custom-domain', domain } },
  dual: { ingress: { allowedCidrs, mode: 'cloudfront-custom-domain', entry: 'dual', domain } },
});

type Specs = ReturnType<typeof specsWith>;

export type Name = keyof Specs;

/** A gateway that goes from one way in to another, with somebody who asks for it all the time. */
export class Switching {
  readonly #account: SandboxAccount;
  readonly #gateway: ManifestGateway;
  readonly #specs: Specs;
  #now: Name;

  private constructor(account: SandboxAccount, gateway: ManifestGateway, specs: Specs, now: Name) {
    this.#account = account;
    this.#gateway = gateway;
    this.#specs = specs;
    this.#now = now;
  }

  static async open(name: Name): Promise<Switching> {
    const account = await openAccount();
    const gateway = await ManifestGateway.open(account);
    const specs = specsWith(freshDomain());
    await gateway.apply(specs[name]);
    return new Switching(account, gateway, specs, name);
  }

  /** Goes all the way, and insists that somebody answered at each moment and that nothing of the old way is left. */
  async to(name: Name): Promise<void> {
    const { change } = (await this.#gateway.look(this.#specs[name])).declared;
    assert(name === this.#now || change !== undefined, `${this.#now} to ${name} is a switch`);
    const prober = await this.#prober(name);
    this.#gateway.watch = prober;
    await this.#gateway.apply(this.#specs[name], { timeout: 300_000 });
    this.#gateway.watch = undefined;
    assert.deepEqual(prober.gaps, [], `${this.#now} to ${name}`);
    this.#now = name;
    const { snapshot, declared } = await this.#gateway.look(this.#specs[name]);
    assert.equal(declared.change, undefined);
    const wanted = new Set(declared.graph.nodes.keys());
    for (const kind of ['Distribution', 'Certificate', 'DnsRecord', 'ValidationRecord', 'Listener', 'ListenerRule'])
      assert.deepEqual(
        liveOf(snapshot, kind)
          .map((live) => `${kind}/${live.name}`)
          .filter((id) => !wanted.has(id)),
        [],
      );
    for (const live of liveOf(snapshot, 'LoadBalancer')) assert.equal(live.tags?.[WAYS_TAG]?.split(' ').length, 1);
  }

  /** Goes as far as the first step of a kind, and stops there. */
  async begin(name: Name, { stopAfter }: { readonly stopAfter: string }): Promise<void> {
    const stop = new AbortController();
    await this.#gateway.attempt(this.#specs[name], {
      signal: stop.signal,
      onProgress: ({ plan }) => {
        const found = [...plan.states.values()].filter((state) => state.id.startsWith(`${stopAfter}/`));
        if (found.length > 0 && found.every((state) => state.phase === 'ready')) stop.abort();
      },
    });
  }

  /** Is stopped again and again after so many calls, until it gets there. */
  async stopping(name: Name, calls: number): Promise<void> {
    const prober = await this.#prober(name);
    this.#gateway.watch = prober;
    for (let attempt = 1; ; attempt += 1) {
      const stop = new AbortController();
      let done = 0;
      const outcome = await this.#gateway.attempt(this.#specs[name], {
        signal: stop.signal,
        timeout: 120_000,
        onStep: () => ((done += 1) >= calls * attempt ? stop.abort() : undefined),
      });
      if (outcome.result === 'converged') break;
      assert.equal(outcome.result, 'interrupted');
    }
    this.#gateway.watch = undefined;
    assert.deepEqual(prober.gaps, [], `${this.#now} to ${name}, with stops`);
    this.#now = name;
    await this.to(name);
  }

  #prober(name: Name): Promise<Prober> {
    return Prober.open(this.#account, this.#gateway, [this.#specs[this.#now], this.#specs[name]]);
  }
}
