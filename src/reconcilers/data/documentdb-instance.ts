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

const ENGINE = 'docdb';

/** Automatic minor upgrades have no effect here, and no instance is ever public: neither is wanted. */
export const documentDbInstance: AwsKind<DatabaseInstanceProps, DatabaseInstanceOutputs> = {
  ...instanceKind('DocumentDbInstance', ENGINE),
  refusal: "it serves the registry's data; its name and its cluster follow from metadata.name",
  takes: { create: 480, update: 480, delete: 300 },
  interrupts: (fields) => (fields.includes('dbInstanceClass') ? 'the registry: its database restarts' : undefined),

  async create({ env: aws, node }, props) {
    const docdb = await aws.docdb();
    const { DBInstance } = await docdb.send(new docdb.CreateDBInstanceCommand(toCreation(ENGINE, props, node.tags)));
    return instanceToObserved(must(DBInstance, 'DBInstance'), ours(node.name, node.tags));
  },

  async update({ env: aws }, live, props, changed) {
    const docdb = await aws.docdb();
    await docdb.send(new docdb.ModifyDBInstanceCommand(toModification(live, props, changed)));
  },
};
