import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { openSession } from '../controller/session.ts';
import { lookAround, planOf, type Sight } from '../controller/look.ts';
import type { Change } from '../engine/diff.ts';
import type { Plan } from '../engine/plan.ts';
import type { Step } from '../engine/step.ts';
import { fieldBehind } from '../reconcilers/manifest-fields.ts';
import { editManifest, type Edit } from '../spec/edit.ts';
import { isError, problemLine } from '../spec/problem.ts';
import { checkFiles, readBases, type LoadedGateway } from '../spec/read.ts';
import { originOf } from '../state/applied.ts';
import { count } from '../words.ts';
import { openGateway, type GatewayContext, type ManifestOptions } from './context.ts';
import type { Terminal } from './terminal.ts';

export interface AbsorbOptions extends ManifestOptions {
  readonly only?: readonly string[];
  readonly print?: boolean;
}

/** A change that was made outside, and the edit by which the manifest would ask for it. */
interface Absorbed {
  readonly step: Step;
  readonly change: Change;
  readonly edit: Edit;
}

/** Writes what was changed outside into the manifest, or prints the manifest with it. */
export async function absorb(options: AbsorbOptions, terminal: Terminal): Promise<number> {
  const context = await openGateway(options, terminal);
  const sight = await lookAround(context);
  const drifted = driftIn(sight, options.only);
  if (drifted.length === 0) {
    terminal.err('Nothing was changed outside that could be taken over.');
    return 0;
  }
  const before = await readFile(context.file, 'utf8');
  let text = before;
  const taken: Absorbed[] = [];
  for (const { step, change } of drifted) {
    const edit = editFor(step, change);
    if (typeof edit === 'string') {
      terminal.err(`${step.node} ${change.path}: ${edit}`);
      continue;
    }
    const edited = editManifest(text, context.subject.name, [edit]);
    const why =
      edited === undefined ? 'the manifest has no place for it' : await whyNot(context, sight, edited, step, change);
    if (why === undefined && edited !== undefined) {
      text = edited;
      taken.push({ step, change, edit });
    } else terminal.err(`${step.node} ${change.path}: ${why ?? ''}`);
  }
  if (options.print === true) terminal.out(text.trimEnd());
  else if (taken.length > 0) await replace(context.file, text);
  for (const { step, change, edit } of taken)
    terminal.err(`${step.node} ${change.path}: ${edit.path.join('.')} is ${String(edit.value)} now`);
  if (options.print !== true && taken.length > 0)
    terminal.out(`${context.file}: ${count(taken.length, 'field')} changed.`);
  const left = drifted.length - taken.length;
  if (left > 0) terminal.err(`${count(left, 'change')} cannot be taken over; apply undoes them.`);
  return left > 0 ? 1 : 0;
}

function driftIn(
  { plan, applied }: Sight,
  only: readonly string[] | undefined,
): readonly { readonly step: Step; readonly change: Change }[] {
  return plan.steps
    .filter((step) => step.action !== 'create' && step.action !== 'delete')
    .filter((step) => only === undefined || only.includes(step.node))
    .flatMap((step) => step.changes.map((change) => ({ step, change })))
    .filter(({ step, change }) => ['outside', 'unknown'].includes(originOf(applied, step, change)));
}

function editFor(step: Step, { path, from }: Change): Edit | string {
  const field = fieldBehind(step.node, path);
  if (field === undefined) return 'no single field of the manifest stands behind it';
  if (typeof from !== 'string' && typeof from !== 'number' && typeof from !== 'boolean')
    return 'what is there now cannot be written in a manifest';
  return { path: ['spec', ...field], value: from };
}

/** Tries an edit out: the change must be gone from the plan, and nothing else may have come. */
async function whyNot(
  context: GatewayContext,
  sight: Sight,
  text: string,
  step: Step,
  change: Change,
): Promise<string | undefined> {
  const file = { file: context.file, text, found: false };
  const { gateways, problems } = checkFiles([file], await readBases([file]));
  const wrong = problems.find(isError);
  if (wrong !== undefined) return `the manifest would not be valid: ${problemLine(wrong)}`;
  const loaded = gateways.find(({ gateway }) => gateway.name === context.subject.name);
  if (loaded === undefined) return 'the manifest would not describe the gateway any more';
  const [was, is] = [changesIn(sight.plan), changesIn(await planWith(sight, loaded))];
  if (is.has(keyOf(step, change))) return 'the edit would not have asked for it';
  const more = [...is].find((key) => !was.has(key));
  return more === undefined ? undefined : `the edit would change more: ${more.split(' ', 2).join(' ')}`;
}

/** The plan for what was seen, if the manifest were another. */
async function planWith({ declared: { ways }, snapshot }: Sight, loaded: LoadedGateway): Promise<Plan> {
  const session = await openSession(loaded, { environment: process.env, onWarning: () => undefined });
  return planOf(session, { declared: session.declare(ways), snapshot });
}

const changesIn = ({ steps }: Plan): ReadonlySet<string> =>
  new Set(steps.flatMap((step) => [`${step.node} ${step.action}`, ...step.changes.map((each) => keyOf(step, each))]));

const keyOf = ({ node }: Step, { path, to }: Change): string => `${node} ${path} ${JSON.stringify(to)}`;

async function replace(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}`;
  const { mode } = await stat(file);
  await writeFile(draft, text, { mode });
  await rename(draft, file);
}
