import type { Aws } from '../aws/aws.ts';
import { orUndefined } from '../aws/errors.ts';
import { count } from '../words.ts';

/** How many of the tasks behind a load balancer it takes for healthy, and what is wrong with the others. */
export interface TargetHealth {
  readonly registered: number;
  readonly healthy: number;
  /** Of those that are neither healthy nor about to be, each once. */
  readonly reasons: readonly string[];
}

/** Undefined: there is no such target group. */
export async function targetHealth(aws: Aws, targetGroupArn: string): Promise<TargetHealth | undefined> {
  const elb = await aws.elbv2();
  const answer = await orUndefined(elb.send(new elb.DescribeTargetHealthCommand({ TargetGroupArn: targetGroupArn })));
  if (answer === undefined) return undefined;
  // Those that drain are on their way out, and nothing is sent to them.
  const targets = (answer.TargetHealthDescriptions ?? []).filter(({ TargetHealth: it }) => it?.State !== 'draining');
  const ill = targets.filter(({ TargetHealth: it }) => it?.State !== 'healthy');
  return {
    registered: targets.length,
    healthy: targets.length - ill.length,
    reasons: [...new Set(ill.map(({ TargetHealth: it }) => it?.Description ?? it?.State ?? 'no reason is known'))],
  };
}

export function healthText({ registered, healthy, reasons }: TargetHealth): string {
  if (registered === 0) return 'no task is registered';
  return [`${healthy} of ${count(registered, 'target')} healthy`, ...reasons].join(': ');
}
