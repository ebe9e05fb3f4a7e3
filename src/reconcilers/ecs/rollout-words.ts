import type { Service, ServiceDeploymentBrief } from '@aws-sdk/client-ecs';
import type { Aws } from '../../aws/aws.ts';
import { primaryOf } from './service-form.ts';
import { whyStopped, type Ran } from './stopped-task.ts';

/** A deployment `ecs-svc/<n>` is for the service revision whose ARN ends in `/<n>`. */
export const numberOf = (id: string | undefined): string | undefined => id?.split('/').pop();

/** How far a rollout is, and what is wrong with it; empty when nothing is to be said. */
export async function whyUnderway(
  aws: Aws,
  service: Service,
  { isDone, ran }: { readonly isDone: boolean; readonly ran: Ran },
): Promise<string> {
  const primary = primaryOf(service);
  const { runningCount = 0, desiredCount = 0 } = (isDone ? service : primary) ?? {};
  const failed = primary?.failedTasks ?? 0;
  if (isDone && runningCount >= desiredCount) return '';
  const isTrouble = failed > 0 || (isDone && runningCount === 0);
  const event = service.events?.find(
    ({ message, createdAt }) => /unable|unhealthy/.test(message ?? '') && (createdAt ?? 0) > (primary?.createdAt ?? 0),
  );
  return [
    `${runningCount} of ${desiredCount} tasks run${failed > 0 ? `, ${failed} failed` : ''}`,
    ...(isTrouble ? await whyStopped(aws, service, primary?.id, ran) : []),
    ...(event?.message === undefined ? [] : [event.message]),
  ].join('\n');
}

const OUTCOMES: Readonly<Record<string, string>> = {
  STOPPED: 'failed and was stopped',
  ROLLBACK_SUCCESSFUL: 'failed and was rolled back by ECS',
  ROLLBACK_FAILED: 'failed, and so did going back',
};

/** What became of a rollout that failed, what its last task said, what runs now, and what to do. */
export async function whyFailed(aws: Aws, service: Service, record: ServiceDeploymentBrief, ran: Ran): Promise<string> {
  const ecs = await aws.ecs();
  const { serviceDeploymentArn = '', targetServiceRevisionArn, status = '' } = record;
  const answer = await ecs.send(
    new ecs.DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [serviceDeploymentArn] }),
  );
  const [deployment] = answer.serviceDeployments ?? [];
  const failures = deployment?.deploymentCircuitBreaker?.failureCount ?? 0;
  const reason = deployment?.rollback?.reason ?? deployment?.statusReason ?? record.statusReason;
  const first = [
    `its rollout ${OUTCOMES[status] ?? 'failed and is being taken back'}`,
    ...(failures > 0 ? [`after ${failures} failed tasks`] : []),
  ].join(' ');
  return [
    reason === undefined ? first : `${first}: ${reason}`,
    ...(await whyStopped(aws, service, `ecs-svc/${numberOf(targetServiceRevisionArn) ?? ''}`, ran)),
    ...(status === 'ROLLBACK_SUCCESSFUL' ? [`running now: ${service.taskDefinition?.split('/').pop() ?? ''}`] : []),
    ...(status in OUTCOMES ? ['change its image or its settings, then apply again'] : []),
  ].join('\n');
}
