import { completeController, type Controller } from './controller.ts';
import { controllerRules } from './rules/controller.ts';
import { complete } from './defaults.ts';
import { explainErrors } from './explain.ts';
import type { Gateway } from './gateway.ts';
import { validateControllerManifest, validateGatewayManifest as validate } from './generated/validate.mjs';
import type { Document } from './manifest.ts';
import { controllerForm, gatewayForm } from './schema.ts';
import { placeholders } from './placeholders.ts';
import { parent } from './place.ts';
import type { Finding } from './problem.ts';
import { applyRules } from './rules.ts';
import { salvage } from './salvage.ts';
import { at as valueAt } from './value.ts';

export interface Checked {
  /** Absent while the manifest has an error, or describes something else. */
  readonly gateway?: Gateway | undefined;
  readonly controller?: Controller | undefined;
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
  const refused = [...left, ...explainErrors(validate.errors ?? [], { data, places }, gatewayForm)];
  const rest = salvage(data);
  if (rest === undefined) return { findings: unique(refused) };
  const broken = new Set(refused.flatMap(({ at, concerns = [] }) => [at, ...concerns]));
  const ruled = applyRules({ gateway: complete(rest), said: (pointer) => valueAt(rest, pointer) });
  const known = ruled.filter(
    ({ at, concerns = [] }) => ![at, ...concerns].some((pointer) => isWithin(pointer, broken)),
  );
  return { findings: unique([...refused, ...known]) };
}

/** Looks at one document of kind Controller. */
export function checkController({ data, places }: Document): Checked {
  const left = placeholders(data);
  if (!validateControllerManifest(data)) {
    const errors = validateControllerManifest.errors ?? [];
    return { findings: unique([...left, ...explainErrors(errors, { data, places }, controllerForm)]) };
  }
  const controller = completeController(data);
  const found = [...left, ...controllerRules(controller)];
  return { controller: found.some(isError) ? undefined : controller, findings: unique(found) };
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
