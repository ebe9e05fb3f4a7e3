import type { Deployment, Service, ServiceDeployment, ServiceDeploymentBrief } from '@aws-sdk/client-ecs';
import type { Aws } from '../../aws/aws.ts';
import { orUndefined } from '../../aws/errors.ts';
import type { Phase } from '../../engine/kind.ts';
import { primaryOf } from './service-form.ts';
import { whyStopped, type Ran } from './stopped-task.ts';

/** Where a service's newest rollout stands. */
export interface Rollout {
  readonly phase: Phase;
  readonly because?: string;
  /** It was tried with the wanted task definition and failed: not again, until another one is wanted. */
  readonly refused: boolean;
  /** Some deployment of it came to its end, so its name stands in the namespace. */
  readonly completed: boolean;
}

const FAILED = new Set(['STOPPED', 'ROLLBACK_SUCCESSFUL', 'ROLLBACK_FAILED']);
const TURNING = new Set(['STOP_REQUESTED', 'ROLLBACK_REQUESTED', 'ROLLBACK_IN_PROGRESS']);
const PAGE = 100;
const MOST_REVISIONS = 20;

/** What a service is judged against. */
export interface Asked {
  /** The task definition that is wanted. */
  readonly wanted: string | undefined;
  /** The last deployment that we began by an update. */
  readonly deployment: string | undefined;
  readonly ran: Ran;
}

/**
 * Judges a service by its records of deployments. The service itself misleads: after a rollback it is steady, with
 * the old task definition, as if the new one had never been asked for.
 */
export async function rolloutOf(aws: Aws, service: Service, { wanted, deployment, ran }: Asked): Promise<Rollout> {
  // Nothing was rolled back where the last that we asked for is what runs: that saves a call for each quiet service.
  const { id, rolloutState } = primaryOf(service) ?? {};
  const isQuiet =
    service.deployments?.length === 1 &&
    rolloutState === 'COMPLETED' &&
    service.taskDefinition === wanted &&
    (deployment === undefined || deployment === id);
  const records = isQuiet ? [] : await recordsOf(aws, service);
  const [newest] = records;
  const primary = primaryOf(service);
  const older = service.deployments?.some((deployment) => deployment.status === 'ACTIVE') ?? false;
  const success = records.findIndex((record) => record.status === 'SUCCESSFUL');
  const completed = success >= 0 || older || primary?.rolloutState === 'COMPLETED';
  // The record of a deployment comes some seconds after it.
  const isUnrecorded =
    (primary?.createdAt?.getTime() ?? 0) > (newest?.createdAt?.getTime() ?? 0) &&
    numberOf(primary?.id) !== numberOf(newest?.targetServiceRevisionArn);
  const status =
    (isUnrecorded ? undefined : newest?.status) ??
    (primary?.rolloutState === 'COMPLETED' ? 'SUCCESSFUL' : 'IN_PROGRESS');

  if (!FAILED.has(status) && !TURNING.has(status)) {
    const isDone = status === 'SUCCESSFUL' && primary?.rolloutState !== 'IN_PROGRESS';
    const because = await progressOf(aws, service, primary, ran, isDone);
    return { phase: isDone ? 'ready' : 'pending', ...(because !== '' && { because }), refused: false, completed };
  }
  const attempts = records
    .slice(0, success < 0 ? undefined : success)
    .filter((record) => record.status !== undefined && (FAILED.has(record.status) || TURNING.has(record.status)));
  const refused = wanted !== undefined && (await targetsOf(aws, service, attempts)).includes(wanted);
  // Another one is wanted by now: what failed is past.
  if (FAILED.has(status) && !refused) return { phase: 'ready', refused, completed };
  const because = await failureOf(aws, service, newest, ran);
  return { phase: FAILED.has(status) ? 'failed' : 'pending', because, refused, completed };
}

/** The newest first. */
async function recordsOf(
  aws: Aws,
  { clusterArn: cluster, serviceArn: service }: Service,
): Promise<readonly ServiceDeploymentBrief[]> {
  const ecs = await aws.ecs();
  const records: ServiceDeploymentBrief[] = [];
  let nextToken: string | undefined;
  do {
    const page = await orUndefined(
      ecs.send(new ecs.ListServiceDeploymentsCommand({ cluster, service, nextToken, maxResults: PAGE })),
    );
    records.push(...(page?.serviceDeployments ?? []));
    nextToken = page?.nextToken;
  } while (nextToken !== undefined);
  return records.sort((a, b) => (b.createdAt?.getTime() ?? 0) - (a.createdAt?.getTime() ?? 0));
}

/** The task definitions that deployments were for. */
async function targetsOf(
  aws: Aws,
  service: Service,
  records: readonly ServiceDeploymentBrief[],
): Promise<readonly (string | undefined)[]> {
  const current = new Map(
    service.deployments?.map((deployment) => [numberOf(deployment.id), deployment.taskDefinition]),
  );
  const revisions = records.slice(0, MOST_REVISIONS).flatMap((record) => record.targetServiceRevisionArn ?? []);
  const gone = revisions.filter((arn) => !current.has(numberOf(arn)));
  const known = revisions.map((arn) => current.get(numberOf(arn)));
  if (gone.length === 0) return known;
  const ecs = await aws.ecs();
  const answer = await ecs.send(new ecs.DescribeServiceRevisionsCommand({ serviceRevisionArns: gone }));
  return [...known, ...(answer.serviceRevisions ?? []).map((revision) => revision.taskDefinition)];
}

/** A deployment `ecs-svc/<n>` is for the service revision whose ARN ends in `/<n>`. */
const numberOf = (id: string | undefined): string | undefined => id?.split('/').pop();

async function progressOf(
  aws: Aws,
  service: Service,
  primary: Deployment | undefined,
  ran: Ran,
  isDone: boolean,
): Promise<string> {
  const [running, desired] = isDone
    ? [service.runningCount ?? 0, service.desiredCount ?? 0]
    : [primary?.runningCount ?? 0, primary?.desiredCount ?? 0];
  const failed = primary?.failedTasks ?? 0;
  if (isDone && running >= desired) return '';
  const isTrouble = failed > 0 || (isDone && running === 0);
  const event = service.events?.find(
    ({ message, createdAt }) => /unable|unhealthy/.test(message ?? '') && (createdAt ?? 0) > (primary?.createdAt ?? 0),
  );
  return [
    `${running} of ${desired} tasks run${failed > 0 ? `, ${failed} failed` : ''}`,
    ...(isTrouble ? await whyStopped(aws, service, primary?.id, ran) : []),
    ...(event?.message === undefined ? [] : [event.message]),
  ].join('\n');
}

async function failureOf(
  aws: Aws,
  service: Service,
  record: ServiceDeploymentBrief | undefined,
  ran: Ran,
): Promise<string> {
  const ecs = await aws.ecs();
  const answer = await ecs.send(
    new ecs.DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [record?.serviceDeploymentArn ?? ''] }),
  );
  const deployment: ServiceDeployment = answer.serviceDeployments?.[0] ?? {};
  const number = numberOf(record?.targetServiceRevisionArn) ?? '';
  const failures = deployment.deploymentCircuitBreaker?.failureCount ?? 0;
  const reason = deployment.rollback?.reason ?? deployment.statusReason;
  return [
    `its rollout ${OUTCOMES[record?.status ?? ''] ?? 'is being taken back'}${failures > 0 ? ` after ${failures} failed tasks` : ''}${reason === undefined ? '' : `: ${reason}`}`,
    ...(await whyStopped(aws, service, `ecs-svc/${number}`, ran)),
    ...(record?.status === 'ROLLBACK_SUCCESSFUL'
      ? [`running now: ${service.taskDefinition?.split('/').pop() ?? 'the last good revision'}`]
      : []),
    ...(TURNING.has(record?.status ?? '') ? [] : ['change its image or its settings, then apply again']),
  ].join('\n');
}

const OUTCOMES: Readonly<Record<string, string>> = {
  STOPPED: 'failed and was stopped',
  ROLLBACK_SUCCESSFUL: 'failed and was rolled back by ECS',
  ROLLBACK_FAILED: 'failed, and so did going back',
};
