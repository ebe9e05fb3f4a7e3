export { DocDBClient as Client, CreateDBInstanceCommand, ModifyDBInstanceCommand } from '@aws-sdk/client-docdb';
