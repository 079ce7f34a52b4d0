import type { ClusterClient, ClusterKind, ClusterObject, ClusterSelection } from './account.ts';

/** Every object of a selection. */
export async function listAll<T extends ClusterObject>(
  client: Pick<ClusterClient, 'list'>,
  kind: ClusterKind<T>,
  selection: ClusterSelection,
): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const object of client.list(kind, selection)) found.push(object);
  return found;
}
