/** The chart's values as a table, from the comments of values.yaml. */
import { isMap, isNode, isScalar, parseDocument, type Pair, type YAMLMap } from 'yaml';

/** A value that somebody may set. */
export interface DescribedValue {
  /** Such as `image.repository`. */
  readonly path: string;
  readonly standard: unknown;
  readonly description: string;
}

/** As much of values.schema.json as tells which maps are values as a whole: those whose keys it does not name. */
export interface ValuesSchema {
  readonly properties?: Readonly<Record<string, ValuesSchema>>;
}

interface Place {
  readonly path: string;
  readonly schema: ValuesSchema | undefined;
}

/** Every value, in the file's order. */
export function readValues(text: string, schema: ValuesSchema): readonly DescribedValue[] {
  const document = parseDocument(text);
  if (!isMap(document.contents)) throw new Error('values.yaml is no map');
  return fieldsOf(document.contents, { path: '', schema });
}

/** The comment of a map's first key is the map's. */
function fieldsOf(map: YAMLMap, place: Place): readonly DescribedValue[] {
  return map.items.flatMap((pair, index) => valuesOf(pair, place, index === 0 ? map.commentBefore : undefined));
}

function valuesOf({ key, value }: Pair, above: Place, first: string | null | undefined): readonly DescribedValue[] {
  if (!isScalar(key)) throw new Error(`a key below '${above.path}' is no text`);
  const place = below(above, String(key.value));
  if (isMap(value) && place.schema?.properties !== undefined) return fieldsOf(value, place);
  const standard: unknown = isNode(value) ? value.toJSON() : undefined;
  return [{ path: place.path, standard, description: joinLines(key.commentBefore ?? first ?? '') }];
}

const below = ({ path, schema }: Place, name: string): Place => ({
  path: path === '' ? name : `${path}.${name}`,
  schema: schema?.properties?.[name],
});

const joinLines = (comment: string) =>
  comment
    .split('\n')
    .map((line) => line.trim())
    .join(' ')
    .trim();

/** A table of them in Markdown. */
export function renderValues(values: readonly DescribedValue[]): string {
  const rows = values.map(({ path, standard, description }) => {
    const cell = description.replaceAll('|', String.raw`\|`);
    return `| \`${path}\` | \`${JSON.stringify(standard).replaceAll('|', String.raw`\|`)}\` | ${cell} |`;
  });
  return ['| Value | Default | What it says |', '| --- | --- | --- |', ...rows, ''].join('\n');
}
