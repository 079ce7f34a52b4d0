import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { kinds } from '../../api/kinds.ts';
import { parseDocuments } from '../document/parse-documents.ts';
import { formatIssuePath } from '../issue-path.ts';
import { validateDocument } from './validate-document.ts';

const samples = new URL('../../../../config/samples/', import.meta.url);
const steps = `
- {name: crawl, type: crawler, method: 'crawler_{{input.kind}}', retryPolicy: {maxAttempts: 3, backoff: linear},
   inputs: {a: {from: '{{input.a}}'}, b: {or: ['{{input.b}}', null]}, c: {value: [1, {d: e}]}},
   outputs: {profile: bronze.profile}, resources: {cpu: 500m, memory: 1Gi}, cache: {ttlSeconds: 60},
   check: [{notExists: profile.picture, run: look}], onError: {fallbackStep: look, continueOnFailure: true}}
- {name: look, type: function, method: lookup, isChild: true, timeoutSeconds: 30, dependsOn: [crawl]}
- {name: faces, type: ml_model, model: face_v3, executionMode: api, resources: {gpu: 1}}
- {name: serve, type: ml_serving, serviceName: custom_service, modelUri: 'models:/m/1'}
- {name: train, type: ml_training, training: {method: 'sft + lora', model: qwen, trainingData: {source: '{{x.y}}'}}}
- {name: transform, type: data_transform, asset: silver.profiles}
- {name: wait, type: wait_for_asset, object: {apiVersion: v1, kind: Pod, name: p, condition: Ready}}
- {name: flow, type: llm_flow, prompt: 'Say {{input.a}}'}
- {name: agent, type: llm_agent, role: developer}
- {name: code, type: custom_code, runtime: python3.12, code: {source: inline, content: 'def execute(inputs): pass'}}
- name: each
  type: loop
  iterateOver: '{{input.list}}'
  loopVariable: item
  steps:
    - {name: group, type: parallel_group, steps: [{name: inner, type: crawler, method: m}]}
- name: branch
  type: conditional
  condition: {expression: '{{crawl.profile.count}} > 1'}
  branches:
    ifTrue: {steps: [{name: deep, type: function, method: m}]}
- {name: check, type: validation, checks: {completeness: {threshold: 0.7}}}
- {name: report, type: output, format: pdf_report, delivery: {method: webhook, url: 'https://example.com'}}
- {name: ask, type: approval, approvals: [{role: po, count: 2}], onSuccess: {routes: [{match: {expression: 'true'}, run: look}]}}`;
const head = 'apiVersion: conclave.dev/v1alpha1\nmetadata: {name: default, labels: {a: b}}\n';
const text = [
  `${head}kind: Pipeline\nspec:\n  execution: {mode: safe}\n  lifecycle: {preset: delivery}\n  steps:${steps.replaceAll('\n', '\n    ')}`,
  `${head}kind: WorkItem\nspec: {pipelineRef: {name: p}, inputs: {a: [1]}, priority: high}`,
  `${head}kind: Council\nspec: {roleRef: {name: r}, size: 3, strategy: judge, judge: {roleRef: {name: j}}}`,
  `${head}kind: Tenant\nspec: {budget: {perPeriod: {tokens: 1}}, queue: {maxQueued: 5}}`,
].join('\n---\n');

/** A value to put in place of another: of any type, near misses and hostile names among them. */
const anyValue = fc.oneof(
  fc.constantFrom(
    null,
    true,
    0,
    -1,
    1.5,
    1e308,
    '',
    'x'.repeat(300),
    '{{a.b}}',
    '\0',
    '__proto__',
    [],
    {},
    [null],
    [[]],
  ),
  fc.constantFrom('crawler', 'loop', 'llm_flow', 'brave', 'conclave.dev/v1alpha1', 'Pipeline', 'Deployment'),
  fc.jsonValue({ maxDepth: 3 }),
  fc.constant(JSON.parse('{"__proto__": {"a": 1}, "constructor": 1, "toString": 2, "hasOwnProperty": 3}') as unknown),
);
const anyKey = fc.constantFrom(
  'name',
  'type',
  'steps',
  'spec',
  'depends_on',
  '__proto__',
  'constructor',
  'toString',
  'a b',
  '',
);
const anyMutation = fc.record({
  pick: fc.nat(),
  action: fc.constantFrom('replace', 'add', 'remove', 'repeat'),
  key: anyKey,
  value: anyValue,
});

/** Every list and object in a value. */
function containers(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value, ...Object.values(value).flatMap(containers)];
}

function mutate(
  root: unknown,
  mutations: readonly { pick: number; action: string; key: string; value: unknown }[],
): unknown {
  const copy = structuredClone(root);
  for (const { pick, action, key, value } of mutations) {
    const all = containers(copy);
    const target = all[pick % all.length] as Record<string, unknown>;
    const keys = Object.keys(target);
    const chosen = keys[pick % Math.max(1, keys.length)] ?? key;
    const define = (name: string, to: unknown) =>
      Object.defineProperty(target, name, { value: to, enumerable: true, configurable: true, writable: true });
    if (action === 'remove' && !Array.isArray(target)) Reflect.deleteProperty(target, chosen);
    else if (action === 'repeat' && Array.isArray(target)) target.push(...(target as unknown[]).slice(0, 2));
    else if (action === 'replace' && keys.length > 0) define(chosen, structuredClone(value));
    else if (Array.isArray(target)) target.push(structuredClone(value));
    else define(key, structuredClone(value));
  }
  return copy;
}

describe('validateDocument', () => {
  const documents = parseDocuments(text).documents.map(({ value }) => value);

  test('finds nothing wrong with good documents', () => {
    expect(parseDocuments(text).issues).toEqual([]);
    expect(documents.flatMap((document) => validateDocument(document, kinds))).toEqual([]);
  });

  test.each(readdirSync(samples).filter((name) => name.endsWith('.yaml')))('finds nothing wrong with %s', (name) => {
    const sample = parseDocuments(readFileSync(new URL(name, samples), 'utf8'));
    expect(sample.issues).toEqual([]);
    const issues = sample.documents.flatMap(({ value }) => validateDocument(value, kinds));
    // What is of other groups, such as the service that a story calls, is passed over with a note.
    expect(issues.filter(({ severity }) => severity !== 'note')).toEqual([]);
  });

  test('never throws and changes nothing, whatever is done to a good document', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...documents),
        fc.array(anyMutation, { minLength: 1, maxLength: 6 }),
        (document, mutations) => {
          const mutated = mutate(document, mutations);
          const before = JSON.stringify(mutated);
          for (const { code, message, path, hint } of validateDocument(mutated, kinds)) {
            expect(code).toMatch(/^[A-Z][A-Za-z]+$/);
            expect(message.length).toBeLessThan(1000);
            expect(`${message}${hint ?? ''}${formatIssuePath(path)}`).not.toContain('undefined');
          }
          expect(JSON.stringify(mutated)).toBe(before);
          expect(({} as Record<string, unknown>)['a']).toBeUndefined();
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('never throws on any JSON', () => {
    fc.assert(
      fc.property(anyValue, (value) => void validateDocument(value, kinds)),
      { numRuns: 300 },
    );
  });

  test('takes no longer than linear time for what repeats', () => {
    const [pipeline] = documents as { spec: { steps: unknown[] } }[];
    const steps = Array.from({ length: 1000 }, (_, index) => ({
      name: `s${index}`,
      type: index % 2 === 0 ? 'crawler' : 'nonsense',
      dependsOn: Array(64).fill('x'),
      unknown: 1,
    }));
    const started = performance.now();
    expect(validateDocument({ ...pipeline, spec: { steps } }, kinds).length).toBe(1001);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
