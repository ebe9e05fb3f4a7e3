import { ReconcileError, type Disposition } from '../engine/errors.ts';

interface ServiceError extends Error {
  readonly Code?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string; readonly attempts?: number };
}

/** The wire's own name: query services add `Fault` or `Exception` to some of their codes in the SDK. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'Unknown';
  return error.name.replace(/(?<=.)(Fault|Exception)$/, '');
}

const named =
  (...codes: readonly string[]) =>
  (error: unknown): boolean =>
    codes.includes(codeOf(error));

/** True for the answers that mean: there is no such thing. */
export function isGone(error: unknown): boolean {
  const code = codeOf(error);
  return GONE.test(code) || OTHER_GONE.has(code) || (code === 'Client' && NO_FAMILY.test((error as Error).message));
}

// ECS has no name of its own for a family of task definitions without an active revision.
const NO_FAMILY = /^Unable to describe task definition/;

const GONE = /^(Invalid\w+\.NotFound|NoSuch\w*|\w*NotFound|\w+DoesNotExist|ParameterNotFound)$/;
const OTHER_GONE = new Set([
  'ServiceNotActive',
  'NatGatewayNotFound',
  'Gateway.NotAttached',
  'InvalidSecurityGroupRuleId.NotFound',
  'OwnershipControlsNotFoundError',
  'ServerSideEncryptionConfigurationNotFoundError',
  'WAFNonexistentItem',
]);

/** Runs a call whose thing may have gone already: then there is nothing left to do. */
export async function ignoreGone(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

/** The answer, or undefined when there is no such thing. */
export async function orUndefined<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** True when AWS says that the thing is there already. */
export const isDuplicate = (error: unknown): boolean =>
  /AlreadyExists|^(Resource|QueueName)Exists$|Duplicate|AlreadyAssociated|AlreadyInUse|AlreadyRegistered/.test(
    codeOf(error),
  );

const FORBIDDEN = named('AccessDenied', 'UnauthorizedOperation', 'AuthorizationError', 'NotAuthorized', 'Forbidden');
const CREDENTIALS = named(
  'ExpiredToken',
  'RequestExpired',
  'InvalidClientTokenId',
  'UnrecognizedClient',
  'SignatureDoesNotMatch',
  'AuthFailure.ServiceLinkedRole',
  'CredentialsProviderError',
  'InvalidAccessKeyId',
  'OptInRequired',
);
const THROTTLED = named(
  'Throttling',
  'ThrottlingError',
  'Throttled',
  'RequestLimitExceeded',
  'RequestThrottled',
  'SlowDown',
  'TooManyRequests',
  'BandwidthLimitExceeded',
  'EC2Throttled',
  'ProvisionedThroughputExceeded',
  'PriorRequestNotComplete',
);
// Full quotas. The SDK takes the first for throttling; they end only when someone raises or frees them.
const QUOTA = /(LimitExceeded|QuotaExceeded|TooMany\w+|\w+Limit|AddressLimitExceeded)$/;
// Refused for now: something else has to finish, or a fresh object is not known everywhere yet.
const LATER = new Set([
  'DependencyViolation',
  'ResourceInUse',
  'ResourceInUseFault',
  'IncorrectState',
  'OperationAborted',
  'ConcurrentModification',
  'ConcurrentUpdate',
  'ConcurrentAccess',
  'Conflict',
  'PreconditionFailed',
  'InvalidIfMatchVersion',
  'UpdateInProgress',
  'InvalidDBClusterState',
  'InvalidDBInstanceState',
  'InvalidDBSubnetGroupState',
  'InvalidDBParameterGroupState',
  'InvalidDBProxyState',
  'InvalidSubnet',
  'InsufficientDBInstanceCapacity',
  'InsufficientDBClusterCapacity',
  'InsufficientStorageClusterCapacity',
  'DeleteConflict',
  'IncorrectFileSystemLifeCycleState',
  'IncorrectMountTargetState',
  'FileSystemInUse',
  'KMSKeyNotAccessible',
  'DependencyTimeout',
  'MountTargetConflict',
  'DistributionNotDisabled',
  'ClusterContainsServices',
  'ClusterContainsTasks',
  'ServerException',
  'InvalidGroup.InUse',
  'InvalidIPAddress.InUse',
  'Resource.AlreadyAssociated',
  'DuplicateRequest',
  'TooManyUpdates',
  'StaleTag',
  'FailedResourceAccess',
  'ServiceNotActive',
  'CertificateNotFound',
  'UnsupportedCertificate',
  'InvalidViewerCertificate',
  'CannotDeleteEntityWhileInUse',
  'CannotUpdateEntityWhileInUse',
  'TargetGroupAssociationLimit',
  'KMSInvalidState',
  'Disabled',
  'DBClusterSnapshotAlreadyExists',
  'BucketNotEmpty',
  'QueueDeletedRecently',
  'WAFAssociatedItem',
  'WAFOptimisticLock',
  'WAFServiceLinkedRoleError',
  'WAFUnavailableEntity',
]);
const LATER_BY_TEXT: readonly (readonly [string, RegExp])[] = [
  [
    'InvalidParameter',
    /does not have an associated load balancer|service linked role|still Draining|was not idempotent|cannot be (stopped|updated|deleted) while/i,
  ],
  ['InvalidParameter', /invalid principal|Invalid repository policy/i],
  [
    'InvalidParameterValue',
    /service linked role|IAM role ARN value is invalid|conflicting DNS domain|cannot be assumed/i,
  ],
  // A bucket's policy of a moment ago is not known everywhere yet.
  ['InvalidConfigurationRequest', /Access Denied for bucket|S3Bucket validation/i],
  ['InvalidArgument', /valid S3 bucket|does not enable ACL access/i],
  ['InvalidInput', /has been taken in this account/i],
  // Somebody else changed or deleted the record since it was read.
  ['InvalidChangeBatch', /but it was not found|do not match the current values/i],
  ['InvalidRequest', /scheduled for deletion|currently marked deleted|marked for deletion/i],
  ['MalformedPolicyDocument', /principal/i],
  ['InvalidPolicy', /principal/i],
  ['Validation', /service doesn't exist|assume IAM role/i],
  // What was removed of a rule a moment ago still counts.
  ['Validation', /can't be deleted since it has targets/i],
  ['AuthFailure', /do not have permission to access the specified resource/i],
];
const NETWORK = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPROTO',
]);

/** What it says, on one line. A proxy or another program that is no AWS names no error, of which the SDK makes Unknown. */
function sentenceOf(error: Error, status: number | undefined): string {
  const text = error.message.replaceAll(/\s+/g, ' ').trim() || codeOf(error);
  return /^Unknown(Error)?$/.test(text) && status !== undefined
    ? `an answer with HTTP status ${status} that names no error`
    : text;
}

/** One error for every AWS failure: what happens next, AWS's code, and a sentence for the user. */
export function toReconcileError(error: unknown): ReconcileError {
  if (error instanceof ReconcileError) return error;
  if (!(error instanceof Error)) return new ReconcileError('failed', 'Unknown', String(error), { cause: error });
  const { $metadata, code: network } = error as ServiceError;
  const code = codeOf(error);
  const status = $metadata?.httpStatusCode;
  const doubtful = status === undefined || status >= 500;
  const crowded = QUOTA.test(code) || isDuplicate(error);
  const make = (disposition: Disposition, message: string, inDoubt = doubtful): ReconcileError =>
    new ReconcileError(disposition, code, message, { cause: error, doubtful: inDoubt, crowded });
  const text = sentenceOf(error, status);

  if (network !== undefined && NETWORK.has(network)) return make('failed', `AWS does not answer (${network}): ${text}`);
  if (CREDENTIALS(error)) return make('stalled', `the credentials are not accepted: ${text}`);
  if (LATER_BY_TEXT.some(([name, pattern]) => name === code && pattern.test(text))) return make('waiting', text);
  if (FORBIDDEN(error)) return make('stalled', `the role may not do this (${error.name}): ${text}`);
  if (THROTTLED(error)) return make('failed', `AWS is throttling: ${text}`);
  if (LATER.has(code) || isGone(error)) return make('waiting', text);
  if (QUOTA.test(code)) return make('stalled', `a quota of the account is full (${error.name}): ${text}`);
  if (isDuplicate(error)) return make('failed', text);
  // Sent more than once: perhaps refused only because the first time it was carried out.
  if (($metadata?.attempts ?? 1) > 1) return make('failed', text, true);
  if (status !== undefined && status >= 400 && status < 500)
    return make('stalled', `AWS refused it (${error.name}): ${text}`);
  return make('failed', text);
}

/** True when the caller lacks a right, so that a narrower way of reading may be tried. */
export const isForbidden = FORBIDDEN;
