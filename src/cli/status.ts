import { lookAround, outputsOf } from '../controller.ts';
import { kinds } from '../reconcilers/index.ts';
import { readHistory } from '../state/history.ts';
import { statusOf, type DomainStatus } from '../state/status.ts';
import { openContext, printJson, type ManifestOptions } from './context.ts';
import type { Terminal } from './terminal.ts';
import { count, duration, wrap } from './words.ts';

export interface StatusOptions extends ManifestOptions {
  readonly tree?: boolean;
}

/** Conditions and domains as they are now. */
export async function status(options: StatusOptions, terminal: Terminal): Promise<number> {
  const context = await openContext(options, terminal);
  const { plan } = await lookAround(context);
  const { conditions, domains } = statusOf(plan, kinds);
  if (options.output === 'json') {
    printJson(terminal, {
      apiVersion: 'mcpgw.io/v1alpha1',
      kind: 'Gateway',
      metadata: { name: context.gateway.name, region: context.gateway.region },
      status: { revision: context.revision, conditions, outputs: valuesOf(outputsOf(context, plan)), domains: domains.map(domainJson) },
    });
    return plan.unknown.size > 0 ? 1 : 0;
  }
  const condition = (type: string) => conditions.find((item) => item.type === type);
  const ready = condition('Ready');
  const [last] = [...(await readHistory(context.store).catch(() => []))].reverse();
  const applied = last === undefined ? 'never applied from here' : `${last.command} ${last.result} ${duration(context.clock.now() - Date.parse(last.at))} ago`;
  const word = ready?.status === 'True' ? terminal.paint('green', 'Ready') : terminal.paint('red', ready?.reason ?? 'Unknown');
  terminal.out(`${context.owner}   ${word}   ${context.revision}   ${applied}   drift: ${plan.steps.length === 0 ? 'none' : count(plan.steps.length, 'change')}`);
  for (const domain of domains) for (const line of domainLines(domain, options.tree === true, terminal.columns)) terminal.out(line);
  if (ready?.status !== 'True') for (const type of ['Healthy', 'Synced', 'Stalled']) {
    const item = condition(type);
    if (item !== undefined && item.message !== '' && (item.status === 'False') !== (type === 'Stalled')) terminal.out(wrap(`${type}: ${item.message}`, terminal.columns, 2));
  }
  return plan.unknown.size > 0 ? 1 : 0;
}

function domainLines({ name, ready, total, open }: DomainStatus, tree: boolean, columns: number): readonly string[] {
  const phase = open.length === 0 ? 'ready' : (open.find((state) => state.phase === 'stalled') ?? open[0])?.phase;
  const head = `  ${name.padEnd(15)} ${(phase ?? '').padEnd(9)} ${ready}/${total}`;
  const shown = open.slice(0, tree ? open.length : 1).map((state) => wrap(`      ${state.id}  ${state.phase}${state.because === undefined ? '' : `: ${state.because}`}`, columns, 8));
  return [head, ...shown];
}

const domainJson = ({ name, ready, total, open }: DomainStatus): object => ({
  name,
  ready,
  total,
  open: open.map(({ id, phase, because }) => ({ node: id, phase, ...(because !== undefined && { because }) })),
});

const valuesOf = (outputs: ReturnType<typeof outputsOf>): object =>
  Object.fromEntries(Object.entries(outputs).map(([name, { value, sensitive }]) => [name, sensitive ? '[secret]' : value]));
