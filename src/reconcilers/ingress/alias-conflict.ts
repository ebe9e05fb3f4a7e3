import type { Aws } from '../../aws/aws.ts';
import { codeOf } from '../../aws/errors.ts';
import { collect } from '../../aws/pages.ts';
import { stalled } from '../../engine/errors.ts';

/** A call that gives a distribution its host names: one that another distribution has is told with what has it. */
export async function saysWhoHasAlias<T>(aws: Aws, aliases: readonly string[], call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (codeOf(error) !== 'CNAMEAlreadyExists') throw error;
    const holder = await holderOf(aws, aliases);
    throw stalled(
      'CNAMEAlreadyExists',
      holder === undefined
        ? `a distribution of another account has ${aliases.join(' or ')}: take the name from it there, or choose another in ingress.domain`
        : `the distribution ${holder.id} of this account has ${holder.alias}: take the name from it, or delete it`,
    );
  }
}

interface Holder {
  readonly id: string | undefined;
  readonly alias: string;
}

async function holderOf(aws: Aws, aliases: readonly string[]): Promise<Holder | undefined> {
  const cloudfront = await aws.cloudfront();
  const all = await collect(
    cloudfront.paginateListDistributions({ client: cloudfront.client }, {}),
    (page) => page.DistributionList?.Items,
  );
  for (const { Id: id, Aliases } of all)
    for (const alias of Aliases?.Items ?? []) if (aliases.includes(alias)) return { id, alias };
  return undefined;
}
