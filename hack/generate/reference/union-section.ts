import { tagValues } from '../inline-references.ts';
import type { JsonSchema } from '../json-schema.ts';
import { collectFields, type Elsewhere, renderTable, type UnionPart } from './field-table.ts';

/** How the sections of a union are headed, and what stands before the tables in them. */
export interface UnionLayout {
  readonly elsewhere: Elsewhere;
  /** Markdown heading marks, such as `###`. */
  readonly level: string;
  /** An example of an object with this value of the tag, as YAML. */
  readonly exampleOf?: (value: string) => string | undefined;
}

/** The fields that all objects of a union have alike, as one object. */
export function commonObject({ union, tag }: UnionPart): JsonSchema {
  const [first, ...others] = union.oneOf ?? [];
  const common = Object.entries(first?.properties ?? {}).filter(
    ([name, schema]) => name !== tag && others.every((other) => isSame(other.properties?.[name], schema)),
  );
  const values = (union.oneOf ?? []).flatMap((part) => tagValues(part.properties?.[tag] ?? {}));
  const tagSchema: JsonSchema = { type: 'string', enum: values, description: 'Decides which other fields there are.' };
  return { properties: Object.fromEntries([...common, [tag, tagSchema]]), required: [...(first?.required ?? []), tag] };
}

/** A section for each object of a union, with the fields that not all have. */
export function renderUnion(part: UnionPart, layout: UnionLayout): string {
  const common = new Set(Object.keys(commonObject(part).properties ?? {}));
  return (part.union.oneOf ?? []).map((object) => renderVariant(object, part, { ...layout, common })).join('\n\n');
}

function renderVariant(
  object: JsonSchema,
  { path, tag }: UnionPart,
  { elsewhere, level, exampleOf, common }: UnionLayout & { readonly common: ReadonlySet<string> },
): string {
  const own = Object.entries(object.properties ?? {}).filter(([name]) => !common.has(name));
  const { rows } = collectFields({ ...object, properties: Object.fromEntries(own) }, path, elsewhere);
  const schema = object.properties?.[tag] ?? {};
  const [value = ''] = tagValues(schema);
  const example = exampleOf?.(value);
  return [
    `${level} ${value}`,
    schema.description ?? '',
    ...(example === undefined ? [] : [`\`\`\`yaml\n${example.trimEnd()}\n\`\`\``]),
    renderTable(rows, elsewhere),
  ].join('\n\n');
}

const isSame = (a: JsonSchema | undefined, b: JsonSchema) => JSON.stringify(a) === JSON.stringify(b);
