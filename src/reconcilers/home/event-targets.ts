import type { PutTargetsResultEntry, Target } from '@aws-sdk/client-eventbridge';
import type { Aws } from '../../aws/aws.ts';
import { ignoreGone } from '../../aws/errors.ts';

/** Where a rule sends what it matches: to one target, as it is. */
export interface EventTargets {
  readonly targetArn: string;
  /** Those that nobody wants, by id; the one itself when it has settings. Never declared. */
  readonly others?: Readonly<Record<string, Omit<Target, 'Id'>>>;
}

type LiveTargets = { readonly [K in keyof EventTargets]?: EventTargets[K] | undefined };

const TARGET = 'queue';

/** Others are compared as part of what is declared. */
export const canonicalTargets = ({ others, ...props }: Record<string, unknown>): Record<string, unknown> =>
  others === undefined ? props : { ...props, targetArn: { [TARGET]: props['targetArn'], ...others } };

export async function readTargets(aws: Aws, Rule: string): Promise<LiveTargets> {
  const events = await aws.eventbridge();
  // No rule may have more of them than one answer holds.
  const { Targets = [] } = await events.send(new events.ListTargetsByRuleCommand({ Rule }));
  const others = Targets.filter((target) => target.Id !== TARGET || Object.keys(target).some(isSetting));
  return {
    targetArn: Targets.find(({ Id }) => Id === TARGET)?.Arn,
    others: others.length === 0 ? undefined : Object.fromEntries(others.map(({ Id, ...target }) => [Id, target])),
  };
}

/** The others go first: with five of them there is no room. */
export async function writeTargets(aws: Aws, Rule: string, { others = {} }: LiveTargets, Arn: string): Promise<void> {
  const ids = Object.keys(others).filter((id) => id !== TARGET);
  await remove(aws, Rule, ids);
  const events = await aws.eventbridge();
  insist(await events.send(new events.PutTargetsCommand({ Rule, Targets: [{ Id: TARGET, Arn }] })));
}

export async function removeTargets(aws: Aws, Rule: string, { targetArn, others = {} }: LiveTargets): Promise<void> {
  await remove(aws, Rule, [...new Set([...(targetArn === undefined ? [] : [TARGET]), ...Object.keys(others)])]);
}

const isSetting = (member: string): boolean => member !== 'Id' && member !== 'Arn';

async function remove(aws: Aws, Rule: string, Ids: string[]): Promise<void> {
  if (Ids.length === 0) return;
  const events = await aws.eventbridge();
  await ignoreGone(events.send(new events.RemoveTargetsCommand({ Rule, Ids })).then(insist));
}

/** What is refused for one target stands in an answer of success: makes it the error that it is. */
function insist({
  FailedEntries = [],
}: {
  readonly FailedEntries?: readonly PutTargetsResultEntry[] | undefined;
}): void {
  const [first] = FailedEntries;
  if (first === undefined) return;
  const { TargetId = '', ErrorCode = 'FailedEntry', ErrorMessage = 'EventBridge does not say why' } = first;
  const error = new Error(`target ${TargetId}: ${ErrorMessage}`);
  throw Object.assign(error, { name: ErrorCode, $metadata: { httpStatusCode: 400 } });
}
