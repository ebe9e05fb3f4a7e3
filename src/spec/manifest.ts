import { CORE_SCHEMA, constructFromEvents, mergeTag, parseEvents, YAMLException } from 'js-yaml';
import { walk } from './events.ts';
import { positions, type Places, type Position } from './place.ts';
import { fileProblem, toProblem, type Finding, type Problem } from './problem.ts';

/** One YAML document: what it says, and where it says so. */
export interface Document {
  readonly file: string;
  readonly data: unknown;
  readonly places: Places;
}

export interface Documents {
  readonly documents: readonly Document[];
  readonly problems: readonly Problem[];
}

const schema = CORE_SCHEMA.withTags(mergeTag);
const nowhere: Places = new Map();

/** Reads every document of a text. No text makes it throw. */
export function parseManifest(file: string, source: string): Documents {
  const text = source.startsWith('\uFEFF') ? source.slice(1) : source;
  const positionAt = positions(text);
  try {
    const events = parseEvents(text, {});
    const walked = walk(events, text, positionAt);
    const problems = walked.flatMap(({ places, findings }) => findings.map((each) => toProblem(file, places, each)));
    if (!walked.every(({ sound }) => sound)) return { documents: [], problems };
    // The walk has reported every key that stands twice; with `json` the last one counts and reading goes on.
    const values = constructFromEvents(events, { source: text, schema, maxAliases: 100, json: true });
    const documents = values.flatMap((data, index) =>
      data === null ? [] : [{ file, data, places: walked[index]?.places ?? nowhere }],
    );
    if (documents.length > 0) return { documents, problems };
    return {
      documents,
      problems: [fileProblem(file, 'is empty', 'write a first manifest with "mcpgw-controller init"')],
    };
  } catch (error) {
    return { documents: [], problems: [toProblem(file, nowhere, explain(error, text, positionAt))] };
  }
}

function explain(error: unknown, text: string, positionAt: (offset: number) => Position): Finding {
  if (!(error instanceof YAMLException) || error.mark === undefined) {
    return { at: '', message: `is not YAML: ${error instanceof Error ? error.message : String(error)}` };
  }
  const position = positionAt(error.mark.position);
  const tab = tabNear(text, position.line);
  if (tab === undefined) return { at: '', position, message: `is not YAML: ${error.reason}` };
  return { at: '', position: tab, message: 'a tab cannot indent YAML', suggestion: 'use spaces' };
}

/** The parser blames the line before a tab as often as the tab's own. */
function tabNear(text: string, line: number): Position | undefined {
  const lines = text.split(/\r\n?|\n/);
  for (const candidate of [line, line + 1]) {
    const tab = /^ *\t/.exec(lines[candidate - 1] ?? '');
    if (tab !== null) return { line: candidate, column: tab[0].length };
  }
  return undefined;
}
