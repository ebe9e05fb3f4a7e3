import type { controllerNames } from '../../aws/names.ts';
import { partitionOf } from '../../aws/partition.ts';
import { policy } from '../../aws/policy.ts';
import type { GraphBuilder, Handle } from '../../engine/graph.ts';
import type { Controller } from '../../spec/controller.ts';
import { eventRule } from './event-rule.ts';
import { queue, type QueueOutputs } from './queue.ts';

/** What wakes a gateway before its time. Calls need a trail of CloudTrail, which an account has or has not. */
const RULES = {
  calls: {
    description: 'Calls that change what gateways consist of',
    pattern: {
      'detail-type': ['AWS API Call via CloudTrail'],
      source: [
        'aws.acm',
        'aws.cloudfront',
        'aws.ec2',
        'aws.ecs',
        'aws.elasticfilesystem',
        'aws.elasticloadbalancing',
        'aws.iam',
        'aws.kms',
        'aws.logs',
        'aws.monitoring',
        'aws.rds',
        'aws.route53',
        'aws.secretsmanager',
        'aws.servicediscovery',
        'aws.sns',
        'aws.ssm',
        'aws.wafv2',
      ],
    },
  },
  services: {
    description: 'What becomes of services and their deployments',
    pattern: { source: ['aws.ecs'], 'detail-type': ['ECS Deployment State Change', 'ECS Service Action'] },
  },
  databases: {
    description: 'What becomes of databases',
    pattern: { source: ['aws.rds'], 'detail-type': ['RDS DB Cluster Event', 'RDS DB Instance Event'] },
  },
};

/** The queue that the daemon listens to, and what comes into it. */
export function declareEvents(
  graph: GraphBuilder,
  { accountId, region }: Controller,
  names: ReturnType<typeof controllerNames>,
): Handle<QueueOutputs> {
  const partition = partitionOf(region);
  const arnOf = (service: string, name: string): string => `arn:${partition}:${service}:${region}:${accountId}:${name}`;
  const made = graph.add(queue, 'events', {
    queueName: names.queue,
    // Older news are not news: polling has seen it.
    messageRetentionSeconds: 3600,
    visibilityTimeoutSeconds: 30,
    receiveWaitSeconds: 20,
    sse: true,
    policy: policy({
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: arnOf('sqs', names.queue),
      Condition: {
        ArnEquals: { 'aws:SourceArn': Object.keys(RULES).map((what) => arnOf('events', `rule/${names.rule(what)}`)) },
      },
    }),
  });
  for (const [what, rule] of Object.entries(RULES))
    graph.add(eventRule, what, {
      ...rule,
      ruleName: names.rule(what),
      state: 'ENABLED',
      targetArn: made.ref('queueArn', { when: 'ready' }),
    });
  return made;
}
