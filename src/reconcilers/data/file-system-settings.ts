import type { FileSystemDescription } from '@aws-sdk/client-efs';
import type { Aws } from '../../aws/aws.ts';
import { orUndefined } from '../../aws/errors.ts';
import { parsePolicy, type PolicyDocument } from '../../aws/policy.ts';

/** What a list of file systems does not tell. */
export interface Settings {
  readonly policy: PolicyDocument | undefined;
  readonly automaticBackups: boolean;
}

export async function settingsOf(aws: Aws, { FileSystemId, FileSystemArn }: FileSystemDescription): Promise<Settings> {
  const efs = await aws.efs();
  const [policy, backup] = await Promise.all([
    orUndefined(efs.send(new efs.DescribeFileSystemPolicyCommand({ FileSystemId }))),
    orUndefined(efs.send(new efs.DescribeBackupPolicyCommand({ FileSystemId }))),
  ]);
  const status = backup?.BackupPolicy?.Status;
  return {
    policy: policy?.Policy === undefined ? undefined : withoutResource(parsePolicy(policy.Policy), FileSystemArn),
    automaticBackups: status === 'ENABLED' || status === 'ENABLING',
  };
}

/** A statement of a file system's policy may be about that file system alone. */
export function withResource(policy: PolicyDocument, arn: string | undefined): string {
  return JSON.stringify({
    ...policy,
    Statement: policy.Statement.map((statement) => ({ ...statement, Resource: arn })),
  });
}

function withoutResource(policy: PolicyDocument, arn: string | undefined): PolicyDocument {
  const Statement = policy.Statement.map(({ Resource, ...statement }) =>
    String(Resource ?? arn) === arn ? statement : { ...statement, ...(Resource !== undefined && { Resource }) },
  );
  return { ...policy, Statement };
}
