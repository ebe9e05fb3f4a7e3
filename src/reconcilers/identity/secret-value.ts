import { createHmac, randomInt } from 'node:crypto';
import type { Aws } from '../../aws/aws.ts';
import { sourceText, type SecretSource } from '../../aws/secret-sources.ts';
import { stalled } from '../../engine/errors.ts';
import { Secret } from '../../engine/secret.ts';
import { refusalOf, type PasswordUse } from '../../spec/secret-values.ts';

/** What a secret holds: a text, or a JSON object with the text as one member beside constants. */
export interface SecretContent {
  readonly from: ValueSource;
  readonly member?: string;
  readonly beside?: Readonly<Record<string, string>>;
  /** Whose password it is, so that a wrong one is refused before anything has to do with it. */
  readonly accepts?: PasswordUse;
}

/** What is made or fixed here is written once; what somebody supplies is compared and follows. */
type ValueSource = SecretSource | { readonly generate: Recipe } | { readonly constant: string };

export interface Recipe {
  readonly length: number;
  readonly classes: readonly (keyof typeof CHARACTERS)[];
}

const CHARACTERS = {
  lower: 'abcdefghijklmnopqrstuvwxyz',
  upper: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  digit: '0123456789',
  special: '!#%*+-.:=?@_~',
} as const;

const MOST_BYTES = 65_536;

export interface SecretText {
  readonly text: string;
  /** Undefined when the value is written once and never compared. */
  readonly versionId: string | undefined;
}

/** Where the value comes from when somebody supplies it. */
export const suppliedFrom = ({ from }: SecretContent): SecretSource | undefined =>
  'generate' in from || 'constant' in from ? undefined : from;

/** The text that a secret is to hold now; undefined when its source is absent in this process. */
export async function textOf(
  aws: Pick<Aws, 'sources'>,
  content: SecretContent,
  comparisonKey: Secret | undefined,
): Promise<SecretText | undefined> {
  const { from } = content;
  if ('generate' in from) return { text: compose(content, generate(from.generate).open()), versionId: undefined };
  if ('constant' in from) return { text: compose(content, from.constant), versionId: undefined };
  const value = await aws.sources.open(from);
  if (value === undefined) return undefined;
  const text = compose(content, value.open());
  check(content, from, value.open(), text);
  return { text, versionId: comparisonKey && digest(comparisonKey, text) };
}

/** The version's id says whether the value is the same, to those alone who have the key: 64 letters and digits. */
const digest = (key: Secret, text: string): string => createHmac('sha256', key.open()).update(text).digest('hex');

const compose = ({ member, beside }: SecretContent, value: string): string =>
  member === undefined ? value : JSON.stringify({ ...beside, [member]: value });

function check({ accepts }: SecretContent, from: SecretSource, value: string, text: string): void {
  const refusal = accepts && refusalOf(accepts, sourceText(from), value);
  if (refusal !== undefined) throw stalled('BadPassword', refusal);
  if (Buffer.byteLength(text) > MOST_BYTES)
    throw stalled('TooLong', `${sourceText(from)} holds more than a secret can`);
}

/** Draws until every class is there, which leaves all values of that kind equally likely. */
function generate({ length, classes }: Recipe): Secret {
  const alphabet = classes.map((name) => CHARACTERS[name]).join('');
  for (;;) {
    const drawn = Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length)));
    if (classes.every((name) => drawn.some((character) => CHARACTERS[name].includes(character))))
      return new Secret(drawn.join(''));
  }
}
