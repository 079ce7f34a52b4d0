import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { arbitraryDocument } from '../../../../hack/generate/arbitrary-document.ts';
import { inlineReferences } from '../../../../hack/generate/inline-references.ts';
import { toJsonSchema } from '../../../../hack/generate/json-schema.ts';
import { apiVersion } from '../../api/kind.ts';
import { kinds } from '../../api/kinds.ts';
import { pipelineKind } from '../../api/pipeline.ts';
import { workItemKind } from '../../api/work-item.ts';
import { parseDocuments } from '../document/parse-documents.ts';
import { isError } from '../issue.ts';
import { validateDocument } from '../validation/validate-document.ts';
import { fromCanonical } from './from-canonical.ts';
import { toCanonical } from './to-canonical.ts';
import { withoutKeys } from './without-keys.ts';

const runs = { numRuns: 200 };

const manifestsOf = (document: object) => fromCanonical(document).manifests.map(({ value }) => value);

/** Names and texts that Kubernetes has no place for, among those that it has. */
const anyText = fc.oneof(
  fc.constantFrom('a', 'a.b', 'A b', '', '__proto__', 'x'.repeat(300), 'Social Media v2!', '-', '😀'),
  fc.string({ unit: 'grapheme' }),
);
const jsonText = fc.json({ maxDepth: 2 });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const without = (object: object) =>
  Object.fromEntries(Object.entries(object).filter(([, value]: [string, unknown]) => value !== undefined));

/** Metadata as people and other programs write it, what stands for the canonical form among it. */
const metadata = fc
  .record({
    namespace: maybe(fc.constantFrom('team', 'other')),
    labels: maybe(
      fc.dictionary(fc.constantFrom('app', 'conclave.dev/project'), fc.constantFrom('a', 'p-1', ''), { maxKeys: 2 }),
    ),
    annotations: maybe(
      fc.dictionary(
        fc.constantFrom(
          'note',
          ...['workspace_id', 'project_id', 'pipeline_id', 'replay', 'implied_parameters'].map(
            (name) => `conclave.dev/${name}`,
          ),
        ),
        fc.oneof(anyText, jsonText, fc.constantFrom('a,b', 'p-1', '{"enabled":false}', '{"enabled":true}')),
        { maxKeys: 4 },
      ),
    ),
  })
  .map(without);

const specOf = (kind: typeof pipelineKind | typeof workItemKind) =>
  arbitraryDocument(inlineReferences(toJsonSchema(kind.spec, { path: kind.kind, problems: [] }))).filter(
    (spec) => kind.spec.safeParse(spec).success,
  );
const pipelines = fc
  .record({ metadata, spec: specOf(pipelineKind) })
  .map(({ metadata: own, spec }) => ({ apiVersion, kind: 'Pipeline', metadata: { name: 'p', ...own }, spec }));
const workItems = fc
  .record({
    name: fc.constantFrom('p-replay', 'p-run', 'other'),
    own: metadata.map((own) => withoutKeys(own, new Set(['namespace']))),
    fields: specOf(workItemKind) as fc.Arbitrary<object>,
    replay: maybe(fc.constant({ workItemName: 'run-7', fromStep: 'a' })),
  })
  .map(({ name, own, fields, replay }) => {
    const rest = withoutKeys(fields, new Set(['pipelineSpec', 'councilRef', 'topic', 'replay']));
    const spec = without({ ...rest, pipelineRef: { name: 'p' }, replay });
    return { apiVersion, kind: 'WorkItem', metadata: { name, ...own }, spec };
  });

describe('a Pipeline', () => {
  test('comes back from the canonical form as it was', () => {
    fc.assert(
      fc.property(pipelines, (pipeline) => {
        const { documents, issues } = toCanonical([pipeline]);
        expect(issues).toEqual([]);
        expect(documents.flatMap(manifestsOf)).toEqual([pipeline]);
      }),
      runs,
    );
  });

  test('comes back with its WorkItem', () => {
    fc.assert(
      fc.property(pipelines, workItems, (pipeline, workItem) => {
        const { namespace } = pipeline.metadata as { readonly namespace?: string };
        const item = { ...workItem, metadata: without({ ...workItem.metadata, namespace }) };
        const { documents, issues } = toCanonical([item, pipeline]);
        expect(issues).toEqual([]);
        expect(documents.flatMap(manifestsOf)).toEqual([pipeline, item]);
      }),
      runs,
    );
  });
});

const example = readFileSync(new URL('../../testing/examples/investigation.yaml', import.meta.url), 'utf8');
const investigation = parseDocuments(example).documents[0]?.value as Record<string, unknown>;

/** Steps that spell every kind of field that has more than one spelling, or keys that are not the language's own. */
const stepPool: readonly object[] = [
  ...(investigation['steps'] as readonly object[]),
  { id: 'a1', type: 'crawler', method: '{{input.A_b}}', check: { not_exists: 'x', run: 'a2' }, timeout_seconds: 61 },
  {
    id: 'a2',
    type: 'function',
    method: 'm',
    is_child: true,
    timeout_minutes: 1,
    cache: { ttl_seconds: 120 },
    when: '{{input.x}}',
  },
  {
    id: 'a3',
    type: 'llm_agent',
    role: 'qa',
    agent_config: { maxIterations: 1, tool_config: { someKey: 1 } },
    limits: { wall_time_seconds: 60 },
  },
  {
    id: 'a4',
    type: 'ml_training',
    training: { method: 'm', learning_rate: 1, batchSize: 2, training_data: { file_Name: 'x' } },
  },
  { id: 'a5', type: 'approval', approvals: [{ role: 'po' }], expires_seconds: 60, allowed_service_accounts: ['a:b'] },
  {
    id: 'a6',
    type: 'output',
    format: 'json',
    delivery: {
      method: 'webhook',
      url: 'https://x',
      headers: { X_myHeader: 'a' },
      signing_secret_ref: { name: 's', key: 'k' },
    },
  },
  {
    id: 'a7',
    type: 'crawler',
    method: 'm',
    placement: { node_selector: { 'a.b/camelCase': 'x' }, runtime_class_name: 'r' },
    resources: { ephemeral_storage: '1Gi', gpu_resource_name: 'g' },
  },
  {
    id: 'a8',
    type: 'validation',
    checks: { schema: { minProperties: 1, properties: { snake_case: {} } } },
    on_failure: { gate: 'g', return_to: 'a1' },
  },
  { id: 'a9', type: 'llm_flow', prompt: 'x', model_ref: { name: 'm' }, output_schema: { additionalProperties: false } },
];
const canonicalDocuments = fc
  .record({
    version: maybe(fc.constant('1.0')),
    pipeline_id: anyText,
    name: maybe(fc.constant('A name')),
    description: maybe(fc.constant('What for')),
    workspace_id: maybe(anyText),
    project_id: maybe(anyText),
    metadata: maybe(fc.constantFrom({ namespace: 'team' }, { labels: { a: 'b' }, annotations: { someKey: 'x' } })),
    execution: maybe(
      fc.constantFrom(
        { mode: 'safe', timeout_minutes: 2, estimated_cost_units: 2.5, estimated_duration_minutes: 1 },
        { timeout_seconds: 30, estimated_cost_units: '2.50', estimated_duration_seconds: 90 },
        { max_parallel: 3, start_terms: { expires_seconds: 60 } },
      ),
    ),
    replay: maybe(
      fc.record(
        {
          enabled: fc.boolean(),
          original_execution_id: fc.constantFrom('run-7', 'exec-12345'),
          replay_from_step: fc.constant('a1'),
        },
        { requiredKeys: [] },
      ),
    ),
    work_item: maybe(
      fc.constantFrom({}, { inputs: { A_b: 1 }, sla_seconds: 60 }, { project: null, metadata: { name: 'w' } }),
    ),
    parameters: maybe(
      fc.constantFrom(
        [{ name: 'A_b' }],
        [
          { name: 'x', schema: { minItems: 1 } },
          { name: 'A_b', default: { aB: 1 } },
        ],
      ),
    ),
    defaults: maybe(fc.constant({ timeout_minutes: 3, retry_policy: { initial_backoff_seconds: 60 } })),
    lifecycle: maybe(fc.constant({ preset: 'task' })),
    steps: fc.subarray([...stepPool], { minLength: 1 }),
    on_exit: maybe(fc.constant([{ id: 'z', type: 'crawler', method: '{{input.z}}' }])),
    outputs: maybe(fc.constantFrom({ A_b: { or: ['{{input.q}}', 'x'] } }, { someKey: { value: { is_child: 1 } } })),
  })
  .map(without)
  // A replay that is enabled has to be whole.
  .filter(
    ({ replay }) =>
      (replay as Record<string, unknown> | undefined)?.['enabled'] !== true ||
      Object.keys(replay as object).length === 3,
  );

/** What the guide says of spellings with the same meaning: one of them comes back. */
function normalised(document: Record<string, unknown>): object {
  const text = JSON.stringify(document).replaceAll(
    '"check":{"not_exists":"x","run":"a2"}',
    '"check":[{"not_exists":"x","run":"a2"}]',
  );
  const result = JSON.parse(text) as Record<string, unknown>;
  const { replay, work_item: workItem } = result as {
    replay?: { enabled?: boolean };
    work_item?: Record<string, unknown>;
  };
  const isReplayed = replay?.enabled === true;
  // The project of the WorkItem needs no mention where there is none, nor an empty block beside a replay.
  if (workItem !== undefined && (result['project_id'] ?? '') === '') delete workItem['project'];
  if (isReplayed && workItem !== undefined && Object.keys(workItem).length === 0) delete result['work_item'];
  return result;
}

describe('a document in the canonical form', () => {
  test('comes back from its manifests as it was, but for spellings of the same meaning', () => {
    fc.assert(
      fc.property(canonicalDocuments, (document) => {
        const { documents, issues } = toCanonical(manifestsOf(document));
        expect(issues).toEqual([]);
        expect(documents).toEqual([normalised(document)]);
      }),
      runs,
    );
  });

  test('becomes manifests that fit their schemas', () => {
    fc.assert(
      fc.property(canonicalDocuments, (document) => {
        const { manifests, issues } = fromCanonical(document);
        expect(issues.filter(isError)).toEqual([]);
        expect(manifests.flatMap(({ value }) => validateDocument(value, kinds))).toEqual([]);
      }),
      runs,
    );
  });

  test('loses nothing of the investigation example', () => {
    expect(toCanonical(manifestsOf(investigation)).documents).toEqual([investigation]);
  });
});

describe('whatever stands where a document is expected', () => {
  test('is told, never thrown', () => {
    const keys = fc.constantFrom(
      ...[
        'pipeline_id',
        'name',
        'workspace_id',
        'project_id',
        'metadata',
        'replay',
        'work_item',
        'steps',
        'parameters',
      ],
      ...[
        'execution',
        'id',
        'type',
        'check',
        'inputs',
        'timeout_minutes',
        'labels',
        'annotations',
        'spec',
        'pipelineRef',
        '__proto__',
        'x',
      ],
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom<unknown>(null, true, 0, -1.5, '', 'loop', 'crawler', '{{input.a}}', '{{'),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.array(fc.tuple(keys, tie('value')), { maxLength: 5 }).map((entries): unknown => Object.fromEntries(entries)),
      ),
    }));
    fc.assert(
      fc.property(fc.array(fc.tuple(keys, value), { maxLength: 8 }), (entries) => {
        const { manifests } = fromCanonical(Object.fromEntries(entries));
        for (const made of manifests)
          for (const issue of validateDocument(made.value, kinds))
            expect(made.originOf(issue.path)).toBeInstanceOf(Array);
        toCanonical(manifests.map((made) => made.value));
        for (const kind of ['Pipeline', 'WorkItem']) toCanonical([{ kind, ...Object.fromEntries(entries) }]);
      }),
      runs,
    );
  });
});
