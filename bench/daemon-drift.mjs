// How soon a daemon sees what somebody changes in AWS, and puts it right.
import { join } from 'node:path';
import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { OWN } from './accounts.mjs';
import { Daemon, INTERVAL } from './daemon-process.mjs';

/** Each is changed once: what is changed again and again would be left alone. */
const GROUPS = ['/ecs/mcp-gateway-v2-registry', '/ecs/mcp-gateway-v2-auth-server', '/ecs/keycloak'];

/** From a change in AWS until the daemon has put it right: the longest of some, in intervals. */
export async function measurePolling(env, { manifest, folder, interval }) {
  const world = openWorld(env, folder);
  const daemon = world.open(['-f', manifest, '--interval', `${interval}s`], interval / INTERVAL);
  try {
    return (await worst(daemon, world)) / interval;
  } finally {
    await daemon.stop();
  }
}

/** The same where an event of it comes to the queue, in seconds; the second and third come too soon after the first. */
export async function measureEvents(env, { manifest, folder }) {
  const world = openWorld(env, folder);
  const sqs = new SQSClient(world.client);
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'bench-events' }));
  const daemon = world.open(['-f', manifest, '--queue', QueueUrl], 1);
  const tell = (logGroupName) =>
    sqs.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: JSON.stringify({
          source: 'aws.logs',
          account: OWN,
          region: env.AWS_REGION,
          'detail-type': 'AWS API Call via CloudTrail',
          detail: { eventName: 'PutRetentionPolicy', requestParameters: { logGroupName } },
        }),
      }),
    );
  try {
    return await worst(daemon, world, tell);
  } finally {
    await daemon.stop();
  }
}

function openWorld(env, folder) {
  const client = {
    region: env.AWS_REGION,
    endpoint: env.AWS_ENDPOINT_URL,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const logs = new CloudWatchLogsClient(client);
  return {
    client,
    open: (args, scale) =>
      new Daemon(args, { ...env, MCPGW_TIME_SCALE: String(scale), MCPGW_STATE: join(folder, 'state') }),
    async retention(name) {
      const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: name }));
      return logGroups.find(({ logGroupName }) => logGroupName === name).retentionInDays;
    },
    drift: (logGroupName) => logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 1 })),
  };
}

/** The longest of some changes; each is made right after a pass, when the next one is furthest away. */
async function worst(daemon, { retention, drift }, tell) {
  await daemon.ready(1);
  let longest = 0;
  for (const group of GROUPS) {
    const wanted = await retention(group);
    await daemon.until('rest', async () => !(await daemon.gateways())[0].status.running);
    const began = performance.now();
    await drift(group);
    await tell?.(group);
    await daemon.until('put right', async () => (await retention(group)) === wanted);
    longest = Math.max(longest, (performance.now() - began) / 1000);
  }
  return longest;
}
