/** The generated CRDs on the real API server: it takes them, explains them, and enforces every rule of theirs. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { kinds } from '../src/api/kinds.ts';
import { apiVersion, group, version } from '../src/api/kind.ts';
import { validateDocument } from '../src/core/validation/validate-document.ts';
import { type ErrorCause, Invalid } from '../src/kube/api-error.ts';
import type { KubeClient } from '../src/kube/client.ts';
import { connect } from '../src/kube/connect.ts';
import type { KubeObject, ResourceType } from '../src/kube/resource-type.ts';
import { changeCases, type RuleCase, ruleCases } from './crd-rule-cases.ts';
import { childrenOf, type CrdSchema, type PlacedRule, readCrds, rulesOf, schemaAt, schemaOf } from './crd-rules.ts';
import { methodSamples, stepSamples, type UnionSamples } from './crd-union-samples.ts';

const crds = readCrds();
const schemas = new Map(crds.map((crd) => [crd.spec.names.kind, schemaOf(crd)]));
const rules = crds.flatMap((crd) => rulesOf(schemaOf(crd), crd.spec.names.kind));
const crdType: ResourceType = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
};
const namespaceType: ResourceType = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
};
const namespace = `crds-${randomUUID().slice(0, 8)}`;
let client: KubeClient;

interface InstalledCrd extends KubeObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

beforeAll(async () => {
  const kubeconfig = process.env['CONCLAVE_TEST_KUBECONFIG'];
  if (kubeconfig === undefined) throw new Error('set CONCLAVE_TEST_KUBECONFIG, or run ./hack/test integration');
  ({ client } = await connect({ kubeconfig, version: 'test', fieldManager: 'crds-test' }));
  for (const crd of crds) await client.apply(crdType, crd as unknown as KubeObject, { force: true });
  await client.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  await vi.waitFor(expectToBeServed, { timeout: 60_000, interval: 500 });
});

afterAll(async () => {
  await client.delete(namespaceType, { name: namespace });
  await client.close();
});

/** A server may serve an older version of a CRD for a moment: what it publishes must be what was applied. */
async function expectToBeServed(): Promise<void> {
  const published = await publishedSchemas();
  const texts = (schema: CrdSchema, kind: string) => rulesOf(schema, kind).map(({ at, rule }) => `${at} ${rule.rule}`);
  for (const [kind, schema] of schemas) {
    expect(texts(published.get(kind) ?? {}, kind).sort()).toEqual(texts(schema, kind).sort());
  }
  await Promise.all(kinds.map(({ kind }) => client.listPage(typeOf(kind), { namespace, limit: 1 })));
}

/** The schemas that `kubectl explain` reads, by kind. */
async function publishedSchemas(): Promise<ReadonlyMap<string, CrdSchema>> {
  const document = JSON.parse(await client.getText(`/openapi/v3/apis/${group}/${version}`)) as {
    components: { schemas: Record<string, CrdSchema> };
  };
  const own = Object.entries(document.components.schemas).filter(([name]) => /^dev\.conclave\..*(?<!List)$/.test(name));
  return new Map(own.map(([name, schema]) => [name.split('.').at(-1) ?? '', schema]));
}

const typeOf = (kind: string): ResourceType => {
  const definition = kinds.find((candidate) => candidate.kind === kind);
  if (definition === undefined) throw new Error(`no kind ${kind}`);
  return { group, version, kind, plural: definition.plural, namespaced: true };
};

function objectOf(kind: string, parts: object, name = 'a'): KubeObject {
  const { metadata, ...rest } = parts as { readonly metadata?: { readonly name: string } };
  return { apiVersion, kind, ...rest, metadata: { name, namespace, ...metadata } };
}

/** What the API server has against an object; nothing is stored. */
async function tryToCreate(object: KubeObject): Promise<readonly ErrorCause[]> {
  return causesOf(client.create(typeOf(object.kind), object, { dryRun: true, fieldValidation: 'Strict' }));
}

async function causesOf(request: Promise<unknown>): Promise<readonly ErrorCause[]> {
  try {
    await request;
    return [];
  } catch (error) {
    if (error instanceof Invalid && error.causes.length > 0) return error.causes;
    throw error;
  }
}

describe('installing', () => {
  test.each(crds.map((crd) => crd.metadata.name))('%s is established and structural', async (name) => {
    const { status } = await client.get<InstalledCrd>(crdType, { name });
    const conditions = Object.fromEntries((status?.conditions ?? []).map((each) => [each.type, each.status]));
    expect(conditions).toMatchObject({ Established: 'True', NamesAccepted: 'True' });
    expect(conditions).not.toHaveProperty('NonStructuralSchema');
  });

  test('kubectl explain has a description for every field', async () => {
    const published = await publishedSchemas();
    expect([...published.keys()].sort()).toEqual(kinds.map(({ kind }) => kind).sort());
    expect([...published].flatMap(([kind, schema]) => undescribed(schema, kind))).toEqual([]);
  });
});

function undescribed(schema: CrdSchema, at: string): string[] {
  return childrenOf(schema).flatMap(([step, child]) => {
    const isField = step !== '[]' && step !== '.*' && step !== '.metadata';
    return [...(isField && !child.description ? [`${at}${step}`] : []), ...undescribed(child, `${at}${step}`)];
  });
}

/** The places that a case's first word stands for: where the rule is, and the object that has the thing there. */
function placesOf({ at }: RuleCase): { readonly at: string; readonly wrap: (thing: object) => KubeObject }[] {
  const [word = ''] = at.split('.');
  const rest = at.slice(word.length);
  const pipeline = (spec: object) => objectOf('Pipeline', { spec });
  const workItem = (pipelineSpec: object) => objectOf('WorkItem', { spec: { pipelineSpec } });
  const other = { name: 'other', type: 'function', method: 'm' };
  const inSteps = (step: object) => ({ steps: [step] });
  const inOnExit = (step: object) => ({ steps: [other], onExit: [step] });
  switch (word) {
    case 'Step':
      return [
        { at: `Pipeline.spec.steps[]${rest}`, wrap: (step) => pipeline(inSteps(step)) },
        { at: `Pipeline.spec.onExit[]${rest}`, wrap: (step) => pipeline(inOnExit(step)) },
        { at: `WorkItem.spec.pipelineSpec.steps[]${rest}`, wrap: (step) => workItem(inSteps(step)) },
        { at: `WorkItem.spec.pipelineSpec.onExit[]${rest}`, wrap: (step) => workItem(inOnExit(step)) },
      ];
    case 'PipelineSpec':
      return [
        { at: `Pipeline.spec${rest}`, wrap: pipeline },
        { at: `WorkItem.spec.pipelineSpec${rest}`, wrap: workItem },
      ];
    default:
      return [{ at, wrap: (parts) => objectOf(word, parts) }];
  }
}

const placedCases = ruleCases.flatMap((ruleCase) => placesOf(ruleCase).map((place) => ({ ...ruleCase, ...place })));
const findRule = (at: string, says: string) => rules.find((placed) => placed.at === at && placed.rule.message === says);
/** Rules of the steps of an inline pipeline that would cost too much at each status write; the operator checks them. */
const isDeferred = (at: string) => /^WorkItem\.spec\.pipelineSpec\.(steps|onExit)\[\]$/.test(at);
const pathOf = (kind: string, field: string) => `${kind}.${field.replaceAll(/\[\d+\]/g, '[]')}`;

describe('a rule over one object', () => {
  test.each(placedCases.filter(({ at }) => !isDeferred(at)))('$at: $says', async ({ at, says, good, bad, wrap }) => {
    const placed = findRule(at, says);
    expect(placed, 'the CRD has no such rule').toBeDefined();
    expect(await tryToCreate(wrap(good))).toEqual([]);
    const causes = await tryToCreate(wrap(bad));
    expect(causes.map(({ message }) => message).join('\n')).toContain(says);
    const { field } = causes.find(({ message }) => message.includes(says)) ?? { field: '' };
    if (field !== '<nil>') expect(pathOf(at.split('.')[0] ?? '', field)).toBe(`${at}${placed?.rule.fieldPath ?? ''}`);
  });

  test.each(placedCases)('offline, the same verdict: $at: $says', ({ says, good, bad, wrap }) => {
    expect(validateDocument(wrap(good), kinds)).toEqual([]);
    expect(
      validateDocument(wrap(bad), kinds)
        .map(({ message }) => message)
        .join('\n'),
    ).toContain(says);
  });
});

describe('a rule over a change', () => {
  test.each(changeCases)('$at: $says', async ({ at, says, before, good, bad }) => {
    expect(findRule(at, says), 'the CRD has no such rule').toBeDefined();
    const kind = at.split('.')[0] ?? '';
    const stored = await client.create(typeOf(kind), objectOf(kind, before, `a-${randomUUID().slice(0, 8)}`));
    const change = (parts: object) =>
      causesOf(client.update(typeOf(kind), { ...stored, ...parts }, { dryRun: true, fieldValidation: 'Strict' }));
    expect(await change(good)).toEqual([]);
    expect((await change(bad)).map(({ message }) => message).join('\n')).toContain(says);
    await client.delete(typeOf(kind), { name: stored.metadata.name, namespace });
  });
});

/** An object of a union with one field more or less than its type needs. */
interface Variation {
  readonly type: string;
  readonly field: string;
  readonly isRemoved: boolean;
  readonly object: object;
}

function variationsOf({ smallest, fields }: UnionSamples): Variation[] {
  const bases = Object.entries(smallest).flatMap(([type, ways]) => ways.map((own) => ({ type, own })));
  return bases.flatMap(({ type, own }) => [
    ...Object.entries(fields).map(([field, value]) => ({
      type,
      field,
      isRemoved: false,
      object: { type, ...own, [field]: value },
    })),
    ...Object.keys(own).map((field) => ({
      type,
      field,
      isRemoved: true,
      object: { type, ...Object.fromEntries(Object.entries(own).filter(([name]) => name !== field)) },
    })),
  ]);
}

const named = (steps: readonly object[]) => steps.map((step, index) => ({ name: `s${index}`, ...step }));
const first = { name: 'first', type: 'function', method: 'm' };

/** Where unions stand; `size` of their objects fit into one object of the kind. */
const unions = [
  {
    at: 'Pipeline.spec.steps[]',
    samples: stepSamples,
    size: 1000,
    wrap: (steps: readonly object[]) => objectOf('Pipeline', { spec: { steps: named(steps) } }),
    fieldOf: (index: number) => `spec.steps[${index}]`,
  },
  {
    at: 'Pipeline.spec.onExit[]',
    samples: stepSamples,
    size: 64,
    wrap: (steps: readonly object[]) => objectOf('Pipeline', { spec: { steps: [first], onExit: named(steps) } }),
    fieldOf: (index: number) => `spec.onExit[${index}]`,
  },
  {
    at: 'Method.spec',
    samples: methodSamples,
    size: 1,
    wrap: ([spec]: readonly object[]) => objectOf('Method', { spec }),
    fieldOf: () => 'spec',
  },
];

/** A variation and what the API server has against it. */
interface Verdict extends Variation {
  readonly own: readonly ErrorCause[];
}

async function judge(variations: readonly Variation[], { size, wrap, fieldOf }: (typeof unions)[number]) {
  const verdicts: Verdict[] = [];
  for (let start = 0; start < variations.length; start += size) {
    const batch = variations.slice(start, start + size);
    const causes = await tryToCreate(wrap(batch.map(({ object }) => object)));
    const isOf = (index: number) => (field: string) =>
      field === fieldOf(index) || field.startsWith(`${fieldOf(index)}.`);
    verdicts.push(...batch.map((each, index) => ({ ...each, own: causes.filter(({ field }) => isOf(index)(field)) })));
  }
  return verdicts;
}

describe.each(unions)('the union at $at', (place) => {
  const { at, samples, wrap } = place;
  const kind = at.split('.')[0] ?? '';
  const union = schemaAt(schemas.get(kind) ?? {}, at.slice(kind.length));
  const variations = variationsOf(samples);
  const generated = rules.filter((placed) => placed.at === at && placed.rule.messageExpression !== undefined);
  /** Free JSON has no type, and CEL is blind to what has none: the operator and the CLI check where it stands. */
  const unseen = Object.entries(union.properties ?? {})
    .filter(([, { type }]) => type === undefined)
    .map(([field]) => field);

  test('has a sample for every type and every field that not all types have', () => {
    expect(Object.keys(samples.smallest).sort()).toEqual([...(union.properties?.['type']?.enum ?? [])].sort());
    const governed = generated.flatMap(({ rule }) => rule.fieldPath?.slice(1) ?? []);
    expect(Object.keys(samples.fields).sort()).toEqual([...new Set([...governed, ...unseen])].sort());
  });

  test('allows each type what zod allows it, and says what goes where', async () => {
    const seen = variations.filter(({ field }) => !unseen.includes(field));
    const verdicts = await judge(seen, place);
    const strangers = verdicts.filter(({ own, object }) => (own.length === 0) !== isGoodOffline(object));
    expect(strangers.map(({ type, field, isRemoved, own }) => ({ type, field, isRemoved, own }))).toEqual([]);
    for (const { type, field, isRemoved, own } of verdicts) expectWords(own, { type, field, isRemoved });
    expect(untried(generated, verdicts)).toEqual([]);
  });

  const isGoodOffline = (object: object) => validateDocument(wrap([object]), kinds).length === 0;
});

/** A rejection speaks of the type and the field, at the field where it is one too many. */
function expectWords(own: readonly ErrorCause[], { type, field, isRemoved }: Omit<Variation, 'object'>): void {
  for (const cause of own) {
    const words = isRemoved
      ? new RegExp(`(of type|type) ${type} needs`)
      : new RegExp(`goes with type|with type ${type}`);
    expect(cause.message).toMatch(new RegExp(`${words.source}|of type ${type} needs`));
    if (!isRemoved && cause.message.includes('goes with')) expect(cause.field.endsWith(`.${field}`)).toBe(true);
  }
}

/** The generated rules that no variation was refused by, or that none with the same field passed. */
function untried(generated: readonly PlacedRule[], verdicts: readonly Verdict[]) {
  const refusals = verdicts.flatMap(({ own }) => own.map(({ message }) => message));
  return generated.filter(({ rule }) => {
    if (rule.fieldPath === undefined) return !refusals.some((message) => message.includes(' needs '));
    const field = rule.fieldPath.slice(1);
    const words = rule.reason === 'FieldValueForbidden' ? `${field} goes with type` : ` ${field} is `;
    const passed = verdicts.some((each) => each.field === field && !each.isRemoved && each.own.length === 0);
    return !passed || !refusals.some((message) => message.includes(words));
  });
}

test('every rule of every CRD is tried', () => {
  const byCases = [...placedCases, ...changeCases].map(({ at, says }) => `${at} ${says}`);
  const inUnions = unions.map(({ at }) => at);
  const left = rules.filter(({ at, rule }) =>
    rule.message === undefined ? !inUnions.includes(at) : !byCases.includes(`${at} ${rule.message}`),
  );
  expect(left.map(({ at, rule }) => `${at}: ${rule.message ?? rule.rule}`)).toEqual([]);
});

test('the steps of an inline pipeline are judged by the operator, not by the API server at each status write', async () => {
  expect(rules.filter(({ at }) => isDeferred(at))).toEqual([]);
  const step = { name: 'a', type: 'approval', approvals: [{ role: 'po' }], method: 'm' };
  const object = objectOf('WorkItem', { spec: { pipelineSpec: { steps: [step] } } });
  expect(await tryToCreate(object)).toEqual([]);
  expect(validateDocument(object, kinds)).not.toEqual([]);
});
