import type { Timing } from '../engine/timing.ts';
import { createClients } from './clients.ts';

/** Publishes a text to a topic, with the credentials that the AWS CLI would use, in the region that the topic names. */
export async function publish(topicArn: string, subject: string, message: string, timing: Timing): Promise<void> {
  const region = topicArn.split(':')[3] ?? '';
  const { fromNodeProviderChain } = await import('./sdk/credentials.ts');
  const credentials = fromNodeProviderChain({ clientConfig: { region } });
  const sns = await createClients({ region, credentials, timing }).sns();
  await sns.send(new sns.PublishCommand({ TopicArn: topicArn, Subject: subject, Message: message }));
}
