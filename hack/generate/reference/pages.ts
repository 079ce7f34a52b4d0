import { apiVersion, type KindDefinition } from '../../../operator/src/api/kind.ts';
import { tagOf, tagValues } from '../inline-references.ts';
import { definitionOf, type JsonSchema } from '../json-schema.ts';
import { groupBy, omit } from '../records.ts';
import { collectFields, type Elsewhere, renderTable, tableLine, tableRule, type UnionPart } from './field-table.ts';
import type { ConditionWords } from './reasons.ts';
import { renderRules } from './rule-list.ts';
import type { Samples } from './samples.ts';
import { commonObject, renderUnion } from './union-section.ts';

/** A kind with the JSON Schema of its whole object. */
export interface KindSchema {
  readonly kind: KindDefinition;
  readonly schema: JsonSchema;
}

/** Everything the pages are made from. */
export interface ReferenceSource {
  readonly kinds: readonly KindSchema[];
  readonly runner: readonly { readonly name: string; readonly schema: JsonSchema }[];
  readonly samples: Samples;
  readonly conditions: readonly ConditionWords[];
}

const notice = '<!-- Generated from operator/src/api by `npm run generate`: change it there. -->';
const page = (...parts: readonly (string | undefined)[]) =>
  `${[notice, ...parts.filter((part) => part !== undefined && part !== '')].join('\n\n')}\n`;
const fileOf = (kind: string) => `${kind.toLowerCase()}.md`;
const section = (title: string, body: string | undefined) =>
  body === undefined ? undefined : `## ${title}\n\n${body}`;

/** The pages of the API reference, by file name. */
export function renderPages(source: ReferenceSource): ReadonlyMap<string, string> {
  const pages = new Map([['api.md', renderIndex(source)]]);
  for (const kind of source.kinds) pages.set(fileOf(kind.kind.kind), renderKind(kind, source));
  const step = source.kinds.map(({ schema }) => schema.definitions?.['Step']).find((found) => found !== undefined);
  if (step !== undefined) pages.set('step.md', renderStep(step, source));
  pages.set('runner.md', renderRunner(source));
  return pages;
}

const conventions = `Every object is namespaced; \`kubectl get conclave\` lists all kinds. People write \`spec\`, the operator writes
\`status\`. \`phase\` and printer columns are summaries; programs read conditions. Durations are whole seconds in fields
that end in \`Seconds\`; quantities are Kubernetes quantities. Lists that are "one for each \`name\`" may be patched item by
item. "Any JSON" is kept as it is, whatever its keys.

In the tables, \`a[].b\` is the field \`b\` of each item of the list \`a\`, and \`a.<key>\` the value under each key of the map \`a\`.`;

const editors = `The schemas in [docs/schemas](../schemas) complete and check files while they are written, steps inside steps included.
\`conclave.schema.json\` knows all kinds. Editors with a YAML language server take it from the first line of a file:

\`\`\`yaml
# yaml-language-server: $schema=<path to docs/schemas>/conclave.schema.json
\`\`\``;

function renderIndex({ kinds, conditions }: ReferenceSource): string {
  const rows = kinds.map(({ kind }) =>
    tableLine([
      `[${kind.kind}](${fileOf(kind.kind)})`,
      kind.shortNames.map((name) => `\`${name}\``).join(', '),
      kind.description,
    ]),
  );
  const reasons = conditions.flatMap(({ type, reasons: own }) =>
    own.map(({ reason, meaning }) => tableLine([`\`${type}\``, `\`${reason}\``, meaning])),
  );
  return page(
    '# API reference',
    `The kinds of \`${apiVersion}\`, as the API server takes them.`,
    [tableLine(['Kind', 'Short', 'What it says']), tableRule(3), ...rows].join('\n'),
    'See also: [the steps of a pipeline](step.md), [the documents of a runner](runner.md) and [every error](errors.md). `kubectl explain` shows the same descriptions.',
    section('Conventions', conventions),
    section('In an editor', editors),
    section('Conditions', [tableLine(['Condition', 'Reason', 'Meaning']), tableRule(3), ...reasons].join('\n')),
  );
}

/** What tells schemas apart that may have descriptions of their own. */
const textOf = (schema: JsonSchema) => JSON.stringify(omit(schema, 'description'));

/** Schemas that have a page: steps by their name, the specs of kinds by being the same. */
function elsewhereFor({ kinds }: ReferenceSource, own?: KindDefinition): Elsewhere {
  const specs = new Map(
    kinds
      .filter(({ kind }) => kind !== own)
      .map(({ kind, schema }) => [textOf(schema.properties?.['spec'] ?? {}), `${fileOf(kind.kind)}#spec`]),
  );
  return { links: { Step: 'step.md' }, linkOf: (schema) => specs.get(textOf(schema)) };
}

function renderKind({ kind, schema }: KindSchema, source: ReferenceSource): string {
  const elsewhere = elsewhereFor(source, kind);
  const example = source.samples.ofKind(kind.kind);
  const { spec = {}, status = {} } = schema.properties ?? {};
  const commands = [kind.plural, kind.singular, ...kind.shortNames].map((name) => `\`${name}\``).join(', ');
  return page(
    `# ${kind.kind}`,
    kind.description,
    `\`${apiVersion}\`; in kubectl: ${commands}.`,
    section('Example', example === undefined ? undefined : `\`\`\`yaml\n${example}\n\`\`\``),
    section('Spec', `${spec.description ?? ''}\n\n${renderObject(spec, 'spec', elsewhere)}`),
    section('Status', `${status.description ?? ''}\n\n${renderObject(status, 'status', elsewhere)}`),
    section('Rules', renderRules(omit(schema, 'definitions'), '')),
    section('Columns', renderColumns(kind)),
  );
}

function renderObject(schema: JsonSchema, path: string, elsewhere: Elsewhere): string {
  const union = unionAt(schema, path);
  if (union !== undefined) {
    const { rows } = collectFields(commonObject(union), path, elsewhere);
    return `${renderTable(rows, elsewhere)}\n\n${renderUnion(union, { elsewhere, level: '###' })}`;
  }
  const { rows, unions } = collectFields(schema, path, elsewhere);
  const sections = unions.map((part) => renderUnion(part, { elsewhere, level: '###' }));
  return [renderTable(rows, elsewhere), ...sections].join('\n\n');
}

function unionAt(schema: JsonSchema, path: string): UnionPart | undefined {
  const objects = (schema.oneOf ?? []).map(({ properties = {} }) => properties);
  const tag = tagOf(objects, tagValues);
  return tag === undefined ? undefined : { path, tag, union: schema };
}

function renderColumns({ printerColumns, selectableFields }: KindDefinition): string {
  const rows = printerColumns.map(({ name, priority, jsonPath, description }) =>
    tableLine([name, priority === 1 ? '`-o wide`' : 'always', `\`${jsonPath}\``, description]),
  );
  const table = [tableLine(['Column', 'Shown', 'From', 'What it says']), tableRule(4), ...rows].join('\n');
  if (selectableFields.length === 0) return table;
  const fields = selectableFields.map((field) => `\`${field.slice(1)}\``).join(', ');
  return `${table}\n\n\`kubectl get --field-selector\` knows ${fields}.`;
}

function renderStep(step: JsonSchema, source: ReferenceSource): string {
  const union = unionAt(step, '');
  if (union === undefined) throw new Error('the steps are no union of types any more');
  const shared = sharedObjects(union);
  const outer = elsewhereFor(source);
  const elsewhere = {
    ...outer,
    linkOf: (schema: JsonSchema) => outer.linkOf(schema) ?? shared.get(textOf(schema))?.href,
  };
  const { rows } = collectFields(commonObject(union), '', outer);
  const types = (step.oneOf ?? []).map((part) => part.properties?.[union.tag] ?? {});
  const list = types.map(
    (type) => `- [\`${tagValues(type).join()}\`](#${tagValues(type).join()}): ${type.description ?? ''}`,
  );
  const objects = [...shared.values()].map(({ name, schema }) =>
    [`### ${name}`, schema.description, renderObject(schema, name, outer)].join('\n\n'),
  );
  return page(
    '# Step',
    `${step.description ?? ''} A step stands in \`spec.steps\` and \`spec.onExit\` of a [Pipeline](pipeline.md), and in steps of the types \`loop\`, \`parallel_group\` and \`conditional\`.`,
    section('Types', list.join('\n')),
    section('Fields of every step', renderTable(rows, outer)),
    renderUnion(union, { elsewhere, level: '##', exampleOf: source.samples.ofStepType }),
    section('Objects that several types have', objects.join('\n\n')),
    section('Rules', renderRules(step, '')),
    'The API server checks the steps of a Pipeline; those nested in steps, and those of a pipeline that a WorkItem carries inline, are checked by the operator, which says in a condition what is wrong, and by `conclave validate`.',
  );
}

/** The objects that several types of a union have alike, by their text: they are described once. */
function sharedObjects(union: UnionPart) {
  const common = commonObject(union).properties ?? {};
  const fields = (union.union.oneOf ?? []).flatMap(({ properties = {} }) => Object.entries(properties));
  const objects = fields.filter(([name, schema]) => schema.properties !== undefined && common[name] === undefined);
  const groups = groupBy(objects, ([, schema]) => textOf(schema));
  const shared = [...groups].flatMap(([text, [first, ...others]]) => {
    if (first === undefined || others.length === 0) return [];
    const [name, schema] = first;
    return [[text, { name, schema, href: `#${name.toLowerCase()}` }] as const];
  });
  return new Map(shared);
}

function renderRunner(source: ReferenceSource): string {
  const elsewhere = elsewhereFor(source);
  const parts = source.runner.map(({ name, schema }) => {
    const object = schema.$ref === undefined ? schema : definitionOf(schema.$ref, schema);
    return section(name, `${object.description ?? ''}\n\n${renderObject(object, '', elsewhere)}`);
  });
  return page(
    '# Documents of a runner',
    'What the operator gives to a pod, and what the pod answers. A Method of type `image` may read and write them too.',
    ...parts,
  );
}
