import type { PlacedValue } from './places.ts';

/** The items of a `kind: List` (or any `…List` with items), each as a document of its own; anything else as it is. */
export function flattenLists(document: PlacedValue): PlacedValue[] {
  const items = listItems(document.value);
  if (items === undefined) return [document];
  const place = document.places.get(items);
  return items.flatMap((value, index) => {
    const offset = place?.kind === 'list' ? place.items[index] : undefined;
    return flattenLists({ value, offset: offset ?? document.offset, places: document.places });
  });
}

function listItems(value: unknown): readonly unknown[] | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'items')) return undefined;
  const { kind, items } = value as { kind?: unknown; items?: unknown };
  return typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items) ? items : undefined;
}
