import type { Aws } from '../../aws/aws.ts';
import { collect } from '../../aws/pages.ts';
import type { Observed } from '../../engine/kind.ts';

// A namespace has no state of its own, and an operation does not say the name of what it makes. What this process
// began it remembers; another one is told by Cloud Map, when it tries, that the operation is already in progress.
const begun = new Map<string, string>();

const keyOf = (aws: Aws, node: string): string => `${aws.accountId} ${aws.owner} ${node}`;

export function remember(aws: Aws, node: string, operationId: string): void {
  begun.set(keyOf(aws, node), operationId);
}

interface Making {
  readonly id: string | undefined;
  readonly state: Pick<Observed, 'phase' | 'because'>;
}

/** What has become of the operation that makes a node's namespace, if this process began one. */
export async function beingMade(aws: Aws, node: string): Promise<Making | undefined> {
  const OperationId = begun.get(keyOf(aws, node));
  if (OperationId === undefined) return undefined;
  const cloudMap = await aws.servicediscovery();
  const { Operation } = await cloudMap.send(new cloudMap.GetOperationCommand({ OperationId }));
  const id = Operation?.Targets?.NAMESPACE;
  const isUnderway = Operation?.Status === 'SUBMITTED' || Operation?.Status === 'PENDING';
  // One that is done is in the list by the next look.
  if (!isUnderway) begun.delete(keyOf(aws, node));
  return Operation?.Status === 'FAIL'
    ? { id, state: { phase: 'failed', because: `Cloud Map could not make it: ${Operation.ErrorMessage ?? ''}` } }
    : { id, state: { phase: 'pending', because: 'Cloud Map is making it' } };
}

/** Ids of the namespaces of the account that are being deleted: they stay in the list until they have gone. */
export async function beingDeleted(aws: Aws): Promise<ReadonlySet<string | undefined>> {
  const cloudMap = await aws.servicediscovery();
  const Filters = [
    { Name: 'TYPE' as const, Values: ['DELETE_NAMESPACE'], Condition: 'EQ' as const },
    { Name: 'STATUS' as const, Values: ['SUBMITTED', 'PENDING'], Condition: 'IN' as const },
  ];
  const list = await collect(
    cloudMap.paginateListOperations({ client: cloudMap.client }, { Filters }),
    (page) => page.Operations,
  );
  const operations = await Promise.all(
    list.map(({ Id }) => cloudMap.send(new cloudMap.GetOperationCommand({ OperationId: Id }))),
  );
  return new Set(operations.map(({ Operation }) => Operation?.Targets?.NAMESPACE));
}
