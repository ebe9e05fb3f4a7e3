import { parseAllDocuments, isScalar, type Document } from 'yaml';

/** One field of a manifest and what is to stand there. */
export interface Edit {
  /** From the top of the document: `spec`, `services`, `auth`, `cpu`. */
  readonly path: readonly string[];
  readonly value: string | number | boolean;
}

/**
 * The text of a manifest with other values in some fields of one gateway. Comments, order and whatever else stands
 * there stay.
 *
 * @returns undefined when no such gateway is described there
 */
export function editManifest(text: string, name: string, edits: readonly Edit[]): string | undefined {
  return edits.reduce<string | undefined>(
    (edited, edit) => (edited === undefined ? undefined : withEdit(edited, name, edit)),
    text,
  );
}

function withEdit(text: string, name: string, { path, value }: Edit): string | undefined {
  const documents = parseAllDocuments(text);
  if (!Array.isArray(documents)) return undefined;
  const document = documents.find(
    (each: Document) => each.get('kind') === 'Gateway' && each.getIn(['metadata', 'name']) === name,
  );
  if (document === undefined) return undefined;
  const standing = document.getIn(path, true);
  // A value that stands there is exchanged where it is: not a blank moves.
  if (isScalar(standing) && standing.range) {
    const [start, end] = standing.range;
    return text.slice(0, start) + JSON.stringify(value).replace(/^"([A-Za-z][\w-]*)"$/, '$1') + text.slice(end);
  }
  document.setIn(path, value);
  return documents.map((each: Document) => each.toString({ lineWidth: 0 })).join('');
}
