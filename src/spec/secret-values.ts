import type { Gateway, SecretSource, SuppliedSecret } from './gateway.ts';
import { placeholderIn } from './placeholders.ts';
import { type Problem, toProblem } from './problem.ts';
import type { LoadedGateway } from './read.ts';

interface Form {
  readonly least: number;
  readonly most: number;
  /** What may not be in it, and the words for that. */
  readonly refused?: { readonly pattern: RegExp; readonly words: string };
  readonly needed?: { readonly pattern: RegExp; readonly words: string };
}

interface Requirement extends Form {
  readonly at: string;
  readonly source: SecretSource | undefined;
}

/** What the databases take for a password. */
const passwords = {
  aurora: {
    least: 8,
    most: 41,
    refused: { pattern: /[/"@ ]|[^\x20-\x7e]/, words: 'a space, a letter beyond ASCII or one of / " @' },
  },
  documentdb: {
    least: 8,
    most: 100,
    refused: { pattern: /[/"@]|[^\x20-\x7e]/, words: 'a letter beyond ASCII or one of / " @' },
  },
} as const satisfies Readonly<Record<string, Form>>;
const fernet = { pattern: /^[\w-]{43}=$/, words: 'a Fernet key: 44 characters of URL-safe base64' };

/** What AWS and the software ask of each secret value. */
function requirements({
  keycloak,
  databases,
  registry,
  observability,
  embeddings,
  security,
}: Gateway): readonly Requirement[] {
  const any = { least: 1, most: 4096 };
  return [
    { at: '/spec/keycloak/adminPassword', source: keycloak.adminPassword, least: 12, most: 255 },
    { at: '/spec/databases/keycloak/password', source: databases.keycloak.password, ...passwords.aurora },
    { at: '/spec/databases/registry/password', source: databases.registry.password, ...passwords.documentdb },
    { at: '/spec/registry/adminPassword', source: registry.adminPassword, least: 8, most: 255 },
    {
      at: '/spec/observability/grafana/adminPassword',
      source: observability.grafana.adminPassword,
      least: 8,
      most: 255,
    },
    { at: '/spec/embeddings/apiKey', source: embeddings.apiKey, ...any },
    { at: '/spec/security/staticToken/token', source: security.staticToken.token, least: 16, most: 4096 },
    { at: '/spec/security/entra/clientSecret', source: security.entra.clientSecret, ...any },
    { at: '/spec/security/federation/staticToken', source: security.federation.staticToken, least: 16, most: 4096 },
    {
      at: '/spec/security/federation/encryptionKey',
      source: security.federation.encryptionKey,
      ...any,
      needed: fernet,
    },
  ];
}

/**
 * Looks at the values of all secrets that `open` can give; what it answers with undefined is not judged.
 * No value is ever part of a problem.
 */
export async function checkSecretValues(
  { gateway, file, places }: LoadedGateway,
  open: (source: SuppliedSecret) => Promise<string | undefined>,
): Promise<readonly Problem[]> {
  const found = await Promise.all(
    requirements(gateway).map(async (requirement) => {
      if (requirement.source === undefined || 'generate' in requirement.source) return [];
      const value = await open(requirement.source);
      const message = value === undefined ? undefined : judge(requirement, nameOf(requirement.source), value);
      return message === undefined ? [] : [toProblem(file, places, { at: requirement.at, message })];
    }),
  );
  return found.flat();
}

/** As the manifest has it. */
const nameOf = (source: SuppliedSecret): string => Object.values(source).join(' ');

export type PasswordUse = keyof typeof passwords;

/** What a database would say against a password, without the password; undefined: nothing. */
export const refusalOf = (use: PasswordUse, source: string, value: string): string | undefined =>
  judge(passwords[use], source, value);

function judge({ least, most, refused, needed }: Form, source: string, value: string): string | undefined {
  const its = `the value of ${source}`;
  if (placeholderIn(value) !== undefined) return `${its} is a placeholder that was never replaced`;
  if (value.length < least) return `${its} is too short: at least ${least} characters; it has ${value.length}`;
  if (value.length > most) return `${its} is too long: at most ${most} characters; it has ${value.length}`;
  if (refused?.pattern.test(value) === true) return `${its} has ${refused.words}, which the database refuses`;
  if (needed !== undefined && !needed.pattern.test(value)) return `${its} is not ${needed.words}`;
  return undefined;
}
