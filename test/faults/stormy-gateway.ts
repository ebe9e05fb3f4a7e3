import { must } from '../../src/engine/errors.ts';
import { declareNetwork } from '../../src/reconcilers/network/network.ts';
import { declare, kinds } from '../../src/reconcilers/index.ts';
import { manifestFor } from '../cli/command-line.ts';
import { declarationOf } from '../declaration.ts';
import { openAccount, type SandboxAccount } from '../sandbox-account.ts';
import { SandboxGateway, type Declared } from '../sandbox-gateway.ts';
import { check } from '../spec/given.ts';
import { startProxy, type Proxy } from './proxy.ts';

let shared: Promise<Proxy> | undefined;

/** The proxy of this process; from then on every client that is made goes through it. */
export async function openProxy(): Promise<Proxy> {
  shared ??= startProxy(must(process.env['AWS_ENDPOINT_URL'], 'AWS_ENDPOINT_URL'));
  const proxy = await shared;
  process.env['AWS_ENDPOINT_URL'] = proxy.url;
  return proxy;
}

/** A gateway in an account of its own. */
export async function openGateway(): Promise<{ readonly account: SandboxAccount; readonly own: SandboxGateway }> {
  const account = await openAccount();
  return { account, own: new SandboxGateway(account, { name: 'mcp-gateway' }) };
}

export const network = (own: SandboxGateway): Declared =>
  own.declare((graph) => void declareNetwork(declarationOf(graph)));

/** All of a gateway as the example manifest has it. */
export const whole = async (account: SandboxAccount): Promise<Declared> => {
  const { gateway } = must(check(await manifestFor(account)).gateways[0], 'gateway');
  return { graph: declare(gateway, new Map()).graph, kinds };
};
