import type { CertificateSummary } from '@aws-sdk/client-acm';
import pLimit from 'p-limit';
import type { Aws, AwsKind } from '../../aws/aws.ts';
import { ignoreGone, orUndefined } from '../../aws/errors.ts';
import { fromTags, isOurs, toTags } from '../../aws/tags.ts';
import { must, waiting } from '../../engine/errors.ts';
import type { Observed } from '../../engine/kind.ts';
import { known } from '../../engine/ref.ts';
import { toObserved } from './certificate-form.ts';
import { acmOf, allCertificates, namesOf } from './certificate-list.ts';
import { hostedZone } from './hosted-zone.ts';
import { deleteProofs, type Proof } from './proofs.ts';

/** A certificate of ACM that records in DNS prove. */
export interface CertificateProps {
  /** The load balancers' own, or us-east-1 for CloudFront. */
  readonly region: string;
  /** At most 64 characters. */
  readonly domainName: string;
  readonly alternativeNames: readonly string[];
}

/** The record that proves each of its names: undefined for some seconds, until ACM has made it up. */
export type CertificateOutputs = { readonly certificateArn: string } & {
  readonly [proof: `validationName:${string}` | `validationValue:${string}`]: string;
};

export const certificate: AwsKind<CertificateProps, CertificateOutputs> = {
  name: 'Certificate',
  immutable: ['region', 'domainName', 'alternativeNames'],
  replace: 'new-first',
  identifies: ['certificateArn'],
  nameless: true,
  remake: true,
  unordered: ['alternativeNames'],
  // Its deletion takes away the records that nothing else needs.
  leaves: ['ValidationRecord'],
  takes: { create: 180, delete: 5 },
  actions: {
    read: ['acm:ListCertificates', 'acm:DescribeCertificate', 'acm:ListTagsForCertificate'],
    write: [
      'acm:RequestCertificate',
      'acm:AddTagsToCertificate',
      'acm:DeleteCertificate',
      'route53:ListResourceRecordSets',
      'route53:ChangeResourceRecordSets',
    ],
  },

  async observe({ env: aws, nodes, live }) {
    const zones = await live(hostedZone);
    const hosts = new Set([
      ...zones.flatMap(({ props }) => props.hosts ?? []),
      ...nodes.flatMap(({ props }) => known<string>(props.domainName) ?? []),
    ]);
    if (hosts.size === 0) return [];
    const found = (await allCertificates(aws)).filter(({ item }) => namesOf(item).some((name) => hosts.has(name)));
    const all = await Promise.all(found.map(({ region, item }) => describe(aws, region, item)));
    return all.flatMap((one) => one ?? []);
  },

  async create({ env: aws, node, token }, props) {
    const acm = await acmOf(aws, props.region);
    const { domainName: DomainName, alternativeNames } = props;
    const { CertificateArn } = await acm.send(
      new acm.RequestCertificateCommand({
        DomainName,
        ...(alternativeNames.length > 0 && { SubjectAlternativeNames: [...alternativeNames] }),
        ValidationMethod: 'DNS',
        KeyAlgorithm: 'RSA_2048',
        IdempotencyToken: token,
        Tags: fromTags(node.tags),
      }),
    );
    const made = { CertificateArn, DomainName, SubjectAlternativeNames: [DomainName, ...alternativeNames] };
    return toObserved(props.region, made, node.tags);
  },

  async retag({ env: aws }, live, tags) {
    const acm = await acmOf(aws, must(live.props.region, 'region'));
    const CertificateArn = live.outputs.certificateArn;
    await acm.send(new acm.AddTagsToCertificateCommand({ CertificateArn, Tags: fromTags(tags) }));
  },

  delete: ({ env: aws, live }, certified) =>
    oneByOne(async () => {
      const arn = must(certified.outputs.certificateArn, 'certificateArn');
      const all = (await allCertificates(aws)).map(({ item }) => item);
      if (all.some((item) => item.CertificateArn === arn && item.InUse === true))
        throw waiting('ResourceInUse', 'a load balancer or a distribution still has it, or had it until just now');
      const others = all.filter(({ CertificateArn = '' }) => CertificateArn !== arn && !deleted.has(CertificateArn));
      const proven = new Set(others.flatMap(namesOf));
      // Before it goes: afterwards nothing would tell which records were its own.
      await deleteProofs(
        aws,
        live(hostedZone),
        proofsOf(certified).filter(({ host }) => !proven.has(host)),
      );
      const acm = await acmOf(aws, must(certified.props.region, 'region'));
      await ignoreGone(acm.send(new acm.DeleteCertificateCommand({ CertificateArn: arn })));
      deleted.add(arn);
    }),
};

// Of two that go at once each would leave the records to the other.
const oneByOne = pLimit(1);
/** Deleted by this process: ACM goes on listing them for a while. */
const deleted = new Set<string>();

export type Certified = Observed<CertificateProps, CertificateOutputs>;

function proofsOf({ props, outputs }: Certified): readonly Proof[] {
  const hosts = [props.domainName, ...(props.alternativeNames ?? [])].filter((host) => host !== undefined);
  return hosts.flatMap((host) => {
    const recordName = outputs[`validationName:${host}`];
    return recordName === undefined ? [] : [{ host, recordName }];
  });
}

/** Nothing for one that is somebody else's, or that not all of ACM knows yet. */
async function describe(
  aws: Aws,
  region: string,
  { CertificateArn }: CertificateSummary,
): Promise<Certified | undefined> {
  const acm = await acmOf(aws, region);
  const tagged = await orUndefined(acm.send(new acm.ListTagsForCertificateCommand({ CertificateArn })));
  const tags = toTags(tagged?.Tags);
  if (!isOurs(aws, tags)) return undefined;
  const answer = await orUndefined(acm.send(new acm.DescribeCertificateCommand({ CertificateArn })));
  return answer?.Certificate && toObserved(region, answer.Certificate, tags);
}
