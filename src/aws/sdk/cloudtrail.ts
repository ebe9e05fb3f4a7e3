export { CloudTrailClient as Client, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
