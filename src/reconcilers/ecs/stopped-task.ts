import type { Container, Service, Task } from '@aws-sdk/client-ecs';
import type { Aws } from '../../aws/aws.ts';
import { isForbidden, isGone } from '../../aws/errors.ts';
import { chunks, collect } from '../../aws/pages.ts';
import type { LiveProps } from '../../engine/kind.ts';
import { STREAM_PREFIX, type TaskDefinitionProps } from './task-definition-form.ts';

const MOST_TASKS = 100;
const LINES = 5;

/** What a deployment's task ran, as far as it is at hand. */
export type Ran = (taskDefinitionArn: string | undefined) => LiveProps<TaskDefinitionProps> | undefined;

/**
 * Why the last task of a deployment stopped: the reason, exit codes and the last lines it wrote. Nothing when none
 * did, or none within the hour for which ECS remembers.
 */
export async function whyStopped(
  aws: Aws,
  service: Service,
  deploymentId: string | undefined,
  ran: Ran,
): Promise<readonly string[]> {
  const ecs = await aws.ecs();
  const cluster = service.clusterArn;
  const arns = await collect(
    ecs.paginateListTasks(
      { client: ecs.client },
      { cluster, serviceName: service.serviceName, desiredStatus: 'STOPPED' },
    ),
    (page) => page.taskArns,
  );
  const answers = await Promise.all(
    chunks(arns, MOST_TASKS).map((part) => ecs.send(new ecs.DescribeTasksCommand({ cluster, tasks: [...part] }))),
  );
  const task = answers
    .flatMap((answer) => answer.tasks ?? [])
    .filter((item) => item.startedBy === deploymentId && !isNormal(item))
    .sort((a, b) => (b.stoppedAt?.getTime() ?? 0) - (a.stoppedAt?.getTime() ?? 0))[0];
  if (task === undefined) return [];
  const ended = (task.containers ?? []).filter((container) => container.exitCode !== 0);
  const lines = await lastLines(aws, task, ended[0], ran(task.taskDefinitionArn));
  return [
    `stop reason: ${[task.stoppedReason, task.stopCode && `(${task.stopCode})`].filter(Boolean).join(' ')}`,
    ...ended.flatMap(describe),
    ...lines.map((line) => `${ended[0]?.name ?? ''}: ${line}`),
  ];
}

/** Fewer were wanted, or somebody stopped it by hand. */
const isNormal = (task: Task): boolean =>
  task.stopCode === 'UserInitiated' || (task.stoppedReason?.startsWith('Scaling activity') ?? false);

// A container that never started has no exit code.
function describe({ name, exitCode, reason }: Container): readonly string[] {
  if (exitCode === undefined && reason === undefined) return [];
  const code = exitCode === undefined ? 'did not start' : `exit code ${exitCode}`;
  return [`${name ?? ''}: ${code}${reason === undefined ? '' : ` (${reason})`}`];
}

async function lastLines(
  aws: Aws,
  task: Task,
  container: Container | undefined,
  ran: LiveProps<TaskDefinitionProps> | undefined,
): Promise<readonly string[]> {
  const name = container?.name ?? '';
  const logGroupName = ran?.containers?.[name]?.logGroup;
  if (logGroupName === undefined) return [];
  const logs = await aws.logs();
  const logStreamName = `${STREAM_PREFIX}/${name}/${task.taskArn?.split('/').pop() ?? ''}`;
  try {
    const { events } = await logs.send(new logs.GetLogEventsCommand({ logGroupName, logStreamName, limit: LINES }));
    return (events ?? []).map((event) => event.message?.trimEnd() ?? '');
  } catch (error) {
    // It wrote nothing, or we may not read it: the reason alone has to do.
    if (isGone(error) || isForbidden(error)) return [];
    throw error;
  }
}
