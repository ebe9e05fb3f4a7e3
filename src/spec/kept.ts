import { createHash } from 'node:crypto';
import { checkGateway } from './check.ts';
import { complete } from './defaults.ts';
import type { Gateway } from './gateway.ts';
import { validateGatewayManifest as validate } from './generated/validate.mjs';
import { child } from './place.ts';
import { gatewayForm } from './schema.ts';
import { isRecord } from './value.ts';

/**
 * What a manifest says, in the form in which it may be remembered. No field of it is a secret, but people write
 * secrets where a variable's value or a secret's source belongs: a mark stands there for each text, the same for the
 * same one. It is a manifest still.
 */
export const keptForm = (data: unknown): unknown => kept(data, '', false);

/** The gateway of a manifest in that form, whether or not its fields go together; undefined where it is none. */
export function gatewayIn(data: unknown): Gateway | undefined {
  return validate(data) ? complete(data) : undefined;
}

/** Whether its fields go together. */
export const isSound = (data: unknown): boolean =>
  checkGateway({ file: '', data, places: new Map() }).gateway !== undefined;

function kept(value: unknown, pointer: string, isFree: boolean): unknown {
  if (typeof value === 'string') return isFree ? markOf(value, pointer) : value;
  if (Array.isArray(value)) return value.map((item, index) => kept(item, child(pointer, index), isFree));
  if (!isRecord(value)) return value;
  const below = isFree || gatewayForm.at(pointer)?.title === 'Environment' || gatewayForm.isSecret(pointer);
  const entries = Object.entries(value).map(([key, item]) => [key, kept(item, child(pointer, key), below)] as const);
  return Object.fromEntries(entries);
}

/** Too short to find the text by it. Where only a text of a certain form may stand (an ARN), that is no secret. */
function markOf(text: string, pointer: string): string {
  const mark = `text_${createHash('sha256').update(text).digest('hex').slice(0, 6)}`;
  const { pattern } = gatewayForm.at(pointer) ?? {};
  return pattern === undefined || new RegExp(pattern).test(mark) ? mark : text;
}
