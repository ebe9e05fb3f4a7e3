import type { AwsKind } from '../../aws/aws.ts';
import { must } from '../../engine/errors.ts';
import { ours } from './claim.ts';
import {
  instanceKind,
  instanceToObserved,
  toCreation,
  toModification,
  type DatabaseInstanceOutputs,
  type DatabaseInstanceProps,
} from './database-instance.ts';

const ENGINE = 'aurora-postgresql';

export const auroraInstance: AwsKind<DatabaseInstanceProps, DatabaseInstanceOutputs> = {
  ...instanceKind('AuroraInstance', ENGINE),
  refusal: "it serves Keycloak's data; its name and its cluster follow from metadata.name",
  takes: { create: 480, update: 300, delete: 300 },
  interrupts: (fields) => (fields.includes('dbInstanceClass') ? "signing in: Keycloak's database restarts" : undefined),

  async create({ env: aws, node }, props) {
    const rds = await aws.rds();
    const PubliclyAccessible = props.publiclyAccessible;
    const { DBInstance } = await rds.send(
      new rds.CreateDBInstanceCommand({ ...toCreation(ENGINE, props, node.tags), PubliclyAccessible }),
    );
    return instanceToObserved(must(DBInstance, 'DBInstance'), ours(node.name, node.tags));
  },

  async update({ env: aws }, live, props, changed) {
    const rds = await aws.rds();
    await rds.send(
      new rds.ModifyDBInstanceCommand({
        ...toModification(live, props, changed),
        ...(changed.has('publiclyAccessible') && { PubliclyAccessible: props.publiclyAccessible }),
      }),
    );
  },
};
