import { complete } from './defaults.ts';
import { explainErrors } from './explain.ts';
import type { Gateway } from './gateway.ts';
import { validate } from './generated/validate.mjs';
import type { Document } from './manifest.ts';
import { placeholders } from './placeholders.ts';
import { parent } from './place.ts';
import type { Finding } from './problem.ts';
import { applyRules } from './rules.ts';
import { salvage } from './salvage.ts';
import { at as valueAt } from './value.ts';

export interface Checked {
  /** Undefined while the manifest has an error. */
  readonly gateway: Gateway | undefined;
  readonly findings: readonly Finding[];
}

/** Looks at one document of kind Gateway: its form first, then what goes together. */
export function checkGateway({ data, places }: Document): Checked {
  const left = placeholders(data);
  if (validate(data)) {
    const gateway = complete(data);
    const found = [...left, ...applyRules({ gateway, said: (pointer) => valueAt(data, pointer) })];
    return { gateway: found.some(isError) ? undefined : gateway, findings: unique(found) };
  }
  const refused = [...left, ...explainErrors(validate.errors ?? [], data, places)];
  const rest = salvage(data);
  if (rest === undefined) return { gateway: undefined, findings: unique(refused) };
  const broken = new Set(refused.flatMap(({ at, concerns = [] }) => [at, ...concerns]));
  const ruled = applyRules({ gateway: complete(rest), said: (pointer) => valueAt(rest, pointer) });
  const known = ruled.filter(
    ({ at, concerns = [] }) => ![at, ...concerns].some((pointer) => isWithin(pointer, broken)),
  );
  return { gateway: undefined, findings: unique([...refused, ...known]) };
}

const isError = ({ severity }: Finding): boolean => severity !== 'warning';

const isWithin = (pointer: string, broken: ReadonlySet<string>): boolean =>
  broken.has(pointer) || (pointer !== '' && isWithin(parent(pointer), broken));

/** The first finding about a value says enough; the others would follow from it. */
function unique(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Set<string>();
  return findings.filter(({ at, severity = 'error' }) => {
    const isNew = !seen.has(at);
    if (severity === 'error') seen.add(at);
    return isNew;
  });
}
