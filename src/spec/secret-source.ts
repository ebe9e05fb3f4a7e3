import type { SecretSource, SuppliedSecret } from './gateway.ts';

/** The form of a manifest, where every field may be there; a rule holds that exactly one source is. */
interface Written {
  readonly generate?: true;
  readonly env?: string;
  readonly file?: string;
  readonly secretArn?: string;
  readonly key?: string;
  readonly ssmParameter?: string;
}

export const sourceKeys = ['generate', 'env', 'file', 'secretArn', 'ssmParameter'] as const;

/** A value that may be left to us to make. */
export const secret = (given: Written | undefined): SecretSource => supplied(given) ?? { generate: true };

/** A value that only someone else can give. */
export function supplied(given: Written | undefined): SuppliedSecret | undefined {
  if (given?.env !== undefined) return { env: given.env };
  if (given?.file !== undefined) return { file: given.file };
  if (given?.secretArn !== undefined) return { secretArn: given.secretArn, key: given.key };
  if (given?.ssmParameter !== undefined) return { ssmParameter: given.ssmParameter };
  return undefined;
}
