import type { KindDefinition } from '../../api/kind.ts';
import type { ClusterObject } from '../cluster/account.ts';
import { formatAge } from './format-age.ts';
import { evaluatePath, parsePath } from './json-path.ts';
import { renderTable } from './render-table.ts';

/** How a table of objects is drawn. */
export interface TableOptions {
  /** With the columns that stand in a wide table alone. */
  readonly isWide: boolean;
  /** With the namespace of each. */
  readonly hasNamespaces: boolean;
  readonly nowMs: number;
}

/** A table of objects, with the columns that `kubectl get` shows of their kind. */
export function renderObjectTable(
  { printerColumns }: Pick<KindDefinition, 'printerColumns'>,
  objects: readonly ClusterObject[],
  { isWide, hasNamespaces, nowMs }: TableOptions,
): string {
  const columns = printerColumns
    .filter(({ priority = 0 }) => isWide || priority === 0)
    .map(({ name, type, jsonPath }) => ({ name, type, path: parsePath(jsonPath) }));
  const rows = objects.map((object) => [
    ...(hasNamespaces ? [object.metadata.namespace ?? ''] : []),
    object.metadata.name,
    ...columns.map(({ type, path }) => {
      const [value] = evaluatePath(path, object);
      return type === 'date' ? formatAge(value as string | undefined, nowMs) : textOf(value);
    }),
  ]);
  const headers = [...(hasNamespaces ? ['Namespace'] : []), 'Name', ...columns.map(({ name }) => name)];
  return renderTable(headers, rows);
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
