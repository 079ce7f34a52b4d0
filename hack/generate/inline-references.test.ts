import { expect, test } from 'vitest';
import { z } from 'zod';
import { inlineReferences } from './inline-references.ts';
import { type JsonSchema, toJsonSchema } from './json-schema.ts';

const place = { path: 'Thing', problems: [] };
const name = z.string().max(9).meta({ description: 'Name.' });

interface Node {
  name: string;
  children: Node[];
}
const node: z.ZodType<Node> = z.strictObject({
  name,
  get children() {
    return z.array(node).max(4).meta({ description: 'Below.' });
  },
});

const items = (schema: JsonSchema | undefined) => schema?.items as JsonSchema;

test('a schema that contains itself is whole once and cut where it comes again', () => {
  const root = inlineReferences(toJsonSchema(z.strictObject({ tree: node }), place));
  const tree = root.properties?.tree;
  expect(Object.keys(tree?.properties ?? {})).toEqual(['name', 'children']);
  const below = items(tree?.properties?.children);
  expect(below).toMatchObject({
    type: 'object',
    properties: { name: { type: 'string', maxLength: 9 } },
    required: ['name'],
    'x-kubernetes-preserve-unknown-fields': true,
  });
  expect(Object.keys(below.properties ?? {})).toEqual(['name']);
});

test('a root that contains itself is cut too', () => {
  const root = inlineReferences(toJsonSchema(node, place));
  expect(items(root.properties?.children)['x-kubernetes-preserve-unknown-fields']).toBe(true);
});

test('a union that contains itself keeps its type with all its values', () => {
  interface Step {
    name: string;
    type: string;
    steps?: Step[] | undefined;
  }
  const step: z.ZodType<Step> = z
    .discriminatedUnion('type', [
      z.strictObject({
        name,
        type: z.literal('group'),
        get steps() {
          return z.array(step).max(4);
        },
      }),
      z.strictObject({ name, type: z.literal('call') }),
    ])
    .meta({ id: 'StepInTest' });
  const root = inlineReferences(toJsonSchema(z.strictObject({ steps: z.array(step).max(9) }), place));
  const [group] = items(root.properties?.steps).oneOf ?? [];
  const below = items(group?.properties?.steps);
  expect(below.properties?.type).toMatchObject({ enum: ['group', 'call'] });
  expect(below.required).toEqual(['name', 'type']);
  expect(below.title).toBe('StepInTest');
});

test('no reference and no definition is left', () => {
  const text = JSON.stringify(inlineReferences(toJsonSchema(z.strictObject({ a: node, b: node }), place)));
  expect(text).not.toContain('$ref');
  expect(text).not.toContain('definitions');
});
