export { DocDBClient as Client } from '@aws-sdk/client-docdb';
