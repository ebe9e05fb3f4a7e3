export {
  CloudWatchClient as Client,
  DeleteAlarmsCommand,
  ListTagsForResourceCommand,
  PutMetricAlarmCommand,
  TagResourceCommand,
  paginateDescribeAlarms,
} from '@aws-sdk/client-cloudwatch';
