import { lookAround } from '../controller/look.ts';
import { symptoms } from '../doctor/advice.ts';
import { examine, type Examination } from '../doctor/doctor.ts';
import { isAtFault, type Finding, type Layer } from '../doctor/finding.ts';
import { runtimeNote } from '../doctor/runtime.ts';
import { capital } from '../words.ts';
import { openGateway, printJson, type GatewayContext, type ManifestOptions } from './context.ts';
import { command, paragraph, wrap } from './layout.ts';
import { unknownText } from './obstacles.ts';
import type { Terminal } from './terminal.ts';

/** Asks a running gateway from outside in, and says what is wrong first. */
export async function doctor(options: ManifestOptions, terminal: Terminal): Promise<number> {
  const context = await openGateway(options, terminal);
  const sight = await lookAround(context);
  const examinations = await examine(context, sight);
  const first = firstFault(examinations);
  const note = runtimeNote(process.versions.node);
  if (options.output === 'json') {
    printJson(terminal, {
      apiVersion: 'mcpgw.io/v1alpha1',
      kind: 'Examination',
      metadata: { name: context.subject.name, region: context.subject.region },
      healthy: first === undefined,
      ...(first !== undefined && { first: { address: addressOf(first.at), ...findingJson(first.finding) } }),
      addresses: examinations.map((at) => ({ ...addressOf(at), checks: at.findings.map(findingJson) })),
      notes: note === undefined ? [] : [note],
    });
    return first === undefined ? 0 : 1;
  }
  for (const line of unknownText(sight.plan, terminal)) terminal.out(line);
  if (sight.declared.ways.old.length > 0) terminal.out(wrap(SWITCHING, terminal.columns));
  for (const examination of examinations) for (const line of linesOf(examination, terminal)) terminal.out(line);
  if (note !== undefined) terminal.out(wrap(`! ${note}`, terminal.columns, 2));
  for (const line of first === undefined ? soundText(terminal) : faultText(first, context, terminal))
    terminal.out(line);
  return first === undefined ? 0 : 1;
}

const SWITCHING =
  'Another way in stands than the one that the manifest asks for: these are the addresses that people use until apply has led them over.\n';

interface Fault {
  readonly at: Examination;
  readonly finding: Finding;
}

function firstFault(examinations: readonly Examination[]): Fault | undefined {
  return examinations.flatMap((at) => at.findings.filter(isAtFault).map((finding) => ({ at, finding })))[0];
}

const TITLES: Readonly<Record<Layer, string>> = {
  dns: 'DNS',
  certificate: 'Certificate',
  cloudfront: 'CloudFront',
  'load-balancer': 'Load balancer',
  targets: 'Targets',
  tasks: 'Tasks',
  database: 'Database',
  realm: 'Realm',
};
const WIDTH = 15;
const SIGNS = { ok: '✔', note: '~', wrong: '!', unknown: '·' } as const;
const COLOURS = { ok: 'green', note: 'yellow', wrong: 'red', unknown: 'gray' } as const;
const MOST_CAUSES = 3;

function linesOf({ front, url, findings }: Examination, terminal: Terminal): readonly string[] {
  const lines = findings.flatMap(({ layer, verdict, seen, causes }) => [
    terminal.paint(COLOURS[verdict], SIGNS[verdict]) +
      wrap(` ${TITLES[layer].padEnd(WIDTH)}${seen}`, terminal.columns - 1, WIDTH + 2),
    ...causes
      .slice(0, MOST_CAUSES)
      .map((cause) => paragraph(`${' '.repeat(WIDTH + 2)}${cause}`, terminal.columns, WIDTH + 4)),
    ...(causes.length > MOST_CAUSES ? [`${' '.repeat(WIDTH + 2)}and ${causes.length - MOST_CAUSES} more`] : []),
  ]);
  return [`${capital(front)}  ${url ?? 'has no address yet'}`, ...lines, ''];
}

function faultText({ at, finding }: Fault, { files }: GatewayContext, terminal: Terminal): readonly string[] {
  const { columns } = terminal;
  const [cause] = finding.causes;
  const title = `Wrong first: ${TITLES[finding.layer].replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase())} of the ${at.front}: ${finding.seen}`;
  const lines = [terminal.paint('red', wrap(title, columns, 2))];
  if (cause !== undefined) lines.push(paragraph(`  ${cause}`, columns, 2));
  if (finding.advice === 'apply') lines.push('Put it right:', command(`mcpgw-controller apply ${files}`, columns));
  else if (finding.advice !== undefined) lines.push(wrap(finding.advice.words, columns, 0));
  return lines;
}

function soundText({ columns }: Terminal): readonly string[] {
  return [
    'Everything answers. What only a browser shows:',
    ...symptoms.map(([symptom, cause]) => wrap(`  ${symptom}: ${cause}`, columns, 4)),
  ];
}

const addressOf = ({ front, url }: Examination): object => ({ front, url: url ?? null });

const findingJson = ({ layer, verdict, seen, causes, advice }: Finding): object => ({
  layer,
  verdict,
  seen,
  causes,
  ...(advice !== undefined && { advice: advice === 'apply' ? 'apply' : advice.words }),
});
