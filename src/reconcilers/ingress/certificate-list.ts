import type { CertificateSummary, KeyAlgorithm } from '@aws-sdk/client-acm';
import type { Aws } from '../../aws/aws.ts';
import { collect } from '../../aws/pages.ts';

/** CloudFront reads certificates of this region alone. */
export const GLOBAL_REGION = 'us-east-1';

// Without being asked for the others ACM lists RSA certificates of up to 2048 bits alone.
const KEYS: KeyAlgorithm[] = [
  'RSA_1024',
  'RSA_2048',
  'RSA_3072',
  'RSA_4096',
  'EC_prime256v1',
  'EC_secp384r1',
  'EC_secp521r1',
];

interface Listed {
  readonly region: string;
  readonly item: CertificateSummary;
}

export const acmOf = ({ region, acm, acmGlobal }: Aws, wanted: string): ReturnType<Aws['acm']> =>
  wanted === region ? acm() : acmGlobal();

/** Everybody's, in the gateway's region and in CloudFront's. */
export async function allCertificates(aws: Aws): Promise<readonly Listed[]> {
  const regions = [...new Set([aws.region, GLOBAL_REGION])];
  const lists = await Promise.all(
    regions.map(async (region) => {
      const acm = await acmOf(aws, region);
      const pages = acm.paginateListCertificates(
        { client: acm.client, pageSize: 1000 },
        { Includes: { keyTypes: KEYS } },
      );
      return (await collect(pages, (page) => page.CertificateSummaryList)).map((item) => ({ region, item }));
    }),
  );
  return lists.flat();
}

/** The names that it is for. One record proves a name and the wildcard below it. */
export const namesOf = (item: CertificateSummary): readonly string[] => [
  ...new Set(
    [item.DomainName ?? '', ...(item.SubjectAlternativeNameSummaries ?? [])].map((name) => name.replace(/^\*\./, '')),
  ),
];
