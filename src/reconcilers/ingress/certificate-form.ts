import type { CertificateDetail } from '@aws-sdk/client-acm';
import { nodeName } from '../../aws/tags.ts';
import { must } from '../../engine/errors.ts';
import type { Phase, Tags } from '../../engine/kind.ts';
import type { Certified } from './certificate.ts';
import { plain } from './zone-records.ts';

const PHASES: Readonly<Record<string, Phase>> = {
  PENDING_VALIDATION: 'pending',
  ISSUED: 'ready',
  INACTIVE: 'failed',
  EXPIRED: 'failed',
  VALIDATION_TIMED_OUT: 'failed',
  REVOKED: 'failed',
  FAILED: 'failed',
};

/** A certificate as ACM describes it. */
export function toObserved(region: string, item: CertificateDetail, tags: Tags): Certified {
  const { Status = 'PENDING_VALIDATION', DomainName = '', SubjectAlternativeNames = [], CertificateArn } = item;
  const proofs = (item.DomainValidationOptions ?? []).flatMap(({ DomainName: host, ResourceRecord: record }) =>
    host === undefined || record?.Name === undefined || record.Value === undefined
      ? []
      : [
          [`validationName:${host}`, plain(record.Name)] as const,
          [`validationValue:${host}`, plain(record.Value)] as const,
        ],
  );
  return {
    name: nodeName('Certificate', tags) ?? must(CertificateArn, 'CertificateArn'),
    phase: PHASES[Status] ?? 'pending',
    because: becauseOf(Status, item, proofs.length > 0),
    props: {
      region,
      domainName: DomainName,
      alternativeNames: SubjectAlternativeNames.filter((name) => name !== DomainName),
    },
    outputs: { certificateArn: CertificateArn, ...Object.fromEntries(proofs) },
    tags,
    createdAt: item.CreatedAt?.getTime(),
  };
}

const REASONS: Readonly<Record<string, string>> = {
  CAA_ERROR: 'the CAA records of the domain have to allow amazon.com',
  DOMAIN_NOT_ALLOWED: 'Amazon counts the domain among the dangerous ones: ask AWS Support',
  ADDITIONAL_VERIFICATION_REQUIRED: 'ask AWS Support to verify the domain',
  INVALID_PUBLIC_DOMAIN: 'the domain is not a public one',
};

function becauseOf(status: string, { FailureReason: reason }: CertificateDetail, isNamed: boolean): string | undefined {
  switch (status) {
    case 'ISSUED':
      return undefined;
    case 'PENDING_VALIDATION':
      return isNamed
        ? 'ACM looks for the record that proves the name, which takes some minutes'
        : 'ACM has not said yet which record is to prove the name';
    case 'VALIDATION_TIMED_OUT':
      return 'for 72 hours ACM did not find the record that proves the name: is the domain delegated to its zone?';
    default:
      return `ACM says ${status}${reason === undefined ? '' : ` (${reason}): ${REASONS[reason] ?? 'see the console of ACM'}`}`;
  }
}
