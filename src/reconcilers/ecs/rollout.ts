import type { Service, ServiceDeploymentBrief } from '@aws-sdk/client-ecs';
import type { Aws } from '../../aws/aws.ts';
import { orUndefined } from '../../aws/errors.ts';
import { toTags } from '../../aws/tags.ts';
import type { Observed, Phase } from '../../engine/kind.ts';
import { numberOf, whyFailed, whyUnderway } from './rollout-words.ts';
import { primaryOf } from './service-form.ts';
import type { Ran } from './stopped-task.ts';
import type { TaskDefinitionProps } from './task-definition-form.ts';
import type { TaskDefinitionOutputs } from './task-definition.ts';

/** Where a service's newest rollout stands. */
export interface Rollout {
  readonly phase: Phase;
  readonly because?: string;
  /** The wanted task definition, when it was tried and failed: not again, until another one is wanted. */
  readonly refused?: string | undefined;
  /** Some deployment of it came to its end, so its name stands in the namespace. */
  readonly completed: boolean;
}

/** The last deployment that an update of ours began. */
export const DEPLOYMENT_TAG = 'mcpgw:deployment';

const FAILED = new Set(['STOPPED', 'ROLLBACK_SUCCESSFUL', 'ROLLBACK_FAILED']);
const TURNING = new Set(['STOP_REQUESTED', 'ROLLBACK_REQUESTED', 'ROLLBACK_IN_PROGRESS']);
const TOO_LONG = 'its rollout does not come to an end; apply again when what it lacks is there';
const PAGE = 100;
const MOST_REVISIONS = 20;

/**
 * Judges a service by its records of deployments. The service itself misleads: after a rollback it is steady, with
 * the old task definition, as if the new one had never been asked for.
 */
export async function rolloutOf(
  aws: Aws,
  service: Service,
  revisions: readonly Observed<TaskDefinitionProps, TaskDefinitionOutputs>[],
): Promise<Rollout> {
  if (service.status !== 'ACTIVE') return { phase: 'deleting', because: 'its tasks are stopping', completed: true };
  const family = service.taskDefinition?.split('/').pop()?.split(':')[0];
  const wanted = revisions.find((item) => item.outputs.family === family)?.outputs.taskDefinitionArn;
  const ran: Ran = (arn) => revisions.find((item) => item.outputs.taskDefinitionArn === arn)?.props;

  const primary = primaryOf(service);
  const records = isQuiet(service, wanted) ? [] : await recordsOf(aws, service);
  const [newest] = records;
  const success = records.findIndex((record) => record.status === 'SUCCESSFUL');
  const isReplacing = service.deployments?.some((deployment) => deployment.status === 'ACTIVE') ?? false;
  const completed = success >= 0 || isReplacing || primary?.rolloutState === 'COMPLETED';
  // The record of a deployment comes some seconds after it.
  const isUnrecorded =
    (primary?.createdAt ?? 0) > (newest?.createdAt ?? 0) &&
    numberOf(primary?.id) !== numberOf(newest?.targetServiceRevisionArn);
  const recorded = isUnrecorded ? undefined : newest?.status;
  const status = recorded ?? (primary?.rolloutState === 'COMPLETED' ? 'SUCCESSFUL' : 'IN_PROGRESS');

  const isLate = (begun: Date | undefined): boolean =>
    begun !== undefined && aws.clock.now() - begun.getTime() > aws.timing.rollout;

  if (newest === undefined || !(FAILED.has(status) || TURNING.has(status))) {
    const isDone = status === 'SUCCESSFUL' && primary?.rolloutState !== 'IN_PROGRESS';
    const because = await whyUnderway(aws, service, { isDone, ran });
    // ECS tries for ever to place tasks for which there is no room. A later change of scale is no rollout.
    const begun = isUnrecorded ? primary?.createdAt : (newest?.startedAt ?? newest?.createdAt ?? primary?.createdAt);
    if (status !== 'SUCCESSFUL' && isLate(begun))
      return { phase: 'failed', because: `${TOO_LONG}: ${because}`, completed };
    return { phase: isDone ? 'ready' : 'pending', ...(because !== '' && { because }), completed };
  }
  const attempts = records
    .slice(0, success < 0 ? undefined : success)
    .filter((record) => FAILED.has(record.status ?? '') || TURNING.has(record.status ?? ''));
  const refused = (await targetsOf(aws, service, attempts)).find((arn) => arn === wanted);
  // Another one is wanted by now: what failed is past.
  if (FAILED.has(status) && refused === undefined) return { phase: 'ready', completed };
  const because = await whyFailed(aws, service, newest, ran);
  return { phase: FAILED.has(status) ? 'failed' : 'pending', because, refused, completed };
}

/** What we asked for last is what runs, so nothing was rolled back: that saves each quiet service a call. */
function isQuiet(service: Service, wanted: string | undefined): boolean {
  const [only, ...others] = service.deployments ?? [];
  const ours = toTags(service.tags)[DEPLOYMENT_TAG];
  return (
    only?.rolloutState === 'COMPLETED' &&
    others.length === 0 &&
    service.taskDefinition === wanted &&
    (ours === undefined || ours === only.id)
  );
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
    const input = { cluster, service, nextToken, maxResults: PAGE };
    const page = await orUndefined(ecs.send(new ecs.ListServiceDeploymentsCommand(input)));
    records.push(...(page?.serviceDeployments ?? []));
    nextToken = page?.nextToken;
  } while (nextToken !== undefined);
  return records.sort((a, b) => (b.createdAt?.getTime() ?? 0) - (a.createdAt?.getTime() ?? 0));
}

/** The task definitions that deployments were for. Those that were rolled back are in the service no longer. */
async function targetsOf(
  aws: Aws,
  { deployments }: Service,
  records: readonly ServiceDeploymentBrief[],
): Promise<readonly (string | undefined)[]> {
  const here = new Map(deployments?.map((deployment) => [numberOf(deployment.id), deployment.taskDefinition]));
  const revisions = records.slice(0, MOST_REVISIONS).flatMap((record) => record.targetServiceRevisionArn ?? []);
  const found = revisions.map((arn) => here.get(numberOf(arn)));
  const gone = revisions.filter((arn) => !here.has(numberOf(arn)));
  if (gone.length === 0) return found;
  const ecs = await aws.ecs();
  const answer = await ecs.send(new ecs.DescribeServiceRevisionsCommand({ serviceRevisionArns: gone }));
  return [...found, ...(answer.serviceRevisions ?? []).map((revision) => revision.taskDefinition)];
}
