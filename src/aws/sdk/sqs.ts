export { SQSClient as Client, DeleteMessageBatchCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
