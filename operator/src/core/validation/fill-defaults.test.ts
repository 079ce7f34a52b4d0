import { describe, expect, test } from 'vitest';
import { kinds } from '../../api/kinds.ts';
import { pipelineKind } from '../../api/pipeline.ts';
import { tenantKind } from '../../api/tenant.ts';
import { fillDefaults } from './fill-defaults.ts';
import { type SchemaNode, unwrapSchema } from './schema-view.ts';

describe('fillDefaults', () => {
  test('fills in what the API server would', () => {
    const spec = { steps: [], defaults: {} };
    expect(fillDefaults(pipelineKind.schema, { kind: 'Pipeline', spec })).toEqual({
      kind: 'Pipeline',
      spec: { steps: [], defaults: { timeoutSeconds: 600 }, execution: { mode: 'brave' } },
    });
    expect(fillDefaults(tenantKind.schema, { spec: { safety: { allowProduction: true } } })).toMatchObject({
      spec: { safety: { allowProduction: true, productionApprovals: 2 }, queue: { maxConcurrentWorkItems: 3 } },
    });
  });

  test('gives back the value itself where nothing is missing', () => {
    const whole = { spec: { execution: { mode: 'safe' }, defaults: { timeoutSeconds: 1 }, steps: [{ any: 'thing' }] } };
    expect(fillDefaults(pipelineKind.schema, whole)).toBe(whole);
  });

  test('leaves every key of the user, whatever it is called', () => {
    const parsed = JSON.parse('{"spec": {"__proto__": {"polluted": 1}, "steps": []}}') as object;
    const filled = fillDefaults(pipelineKind.schema, parsed) as { spec: object };
    expect(Object.keys(filled.spec)).toContain('__proto__');
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  test('is enough: no kind has a default inside a list, a union or a map of its spec', () => {
    expect(kinds.flatMap(({ kind, spec }) => hiddenDefaults(spec, kind, new Set()))).toEqual([]);
  });
});

/** Defaults where `fillDefaults` does not look. Steps refer to themselves, so each schema is looked at once. */
function hiddenDefaults(schema: SchemaNode, path: string, seen: Set<SchemaNode>, isHidden = false): string[] {
  const { core, fallback } = unwrapSchema(schema);
  const here = isHidden && fallback !== undefined ? [path] : [];
  if (seen.has(core)) return here;
  seen.add(core);
  const { shape = {}, element, valueType, options = [] } = core.def;
  return [
    ...here,
    ...Object.entries(shape).flatMap(([name, field]) => hiddenDefaults(field, `${path}.${name}`, seen, isHidden)),
    ...[element, valueType, ...options].flatMap((inner) =>
      inner === undefined ? [] : hiddenDefaults(inner, `${path}[]`, seen, true),
    ),
  ];
}
