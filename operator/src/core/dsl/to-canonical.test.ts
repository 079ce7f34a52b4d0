import { describe, expect, test } from 'vitest';
import { formatIssuePath } from '../issue-path.ts';
import { fromCanonical } from './from-canonical.ts';
import { toCanonical } from './to-canonical.ts';

const apiVersion = 'conclave.dev/v1alpha1';
const steps = [{ name: 'a', type: 'crawler', method: 'm' }];

function aPipeline(metadata: object = {}, spec: object = {}): object {
  return { apiVersion, kind: 'Pipeline', metadata: { name: 'p', ...metadata }, spec: { steps, ...spec } };
}

function aWorkItem(spec: object = {}, metadata: object = {}): object {
  return {
    apiVersion,
    kind: 'WorkItem',
    metadata: { name: 'w', ...metadata },
    spec: { pipelineRef: { name: 'p' }, ...spec },
  };
}

/** What cannot be said: position of the manifest, path, message. */
function refused(...manifests: readonly unknown[]): string[] {
  return toCanonical(manifests).issues.map(
    ({ manifest, issue }) => `${manifest} ${formatIssuePath(issue.path)}: ${issue.message.replace(/^.*?: /, '')}`,
  );
}

describe('toCanonical', () => {
  test('writes fields in the order in which people read them', () => {
    const annotations = { 'conclave.dev/project_id': 'x', 'conclave.dev/workspace_id': 'w', note: 'n' };
    const metadata = { annotations, labels: { 'conclave.dev/project': 'x' } };
    const spec = {
      outputs: {},
      onExit: steps,
      version: '1',
      displayName: 'P',
      execution: { mode: 'safe', timeoutSeconds: 90 },
    };
    const [document] = toCanonical([aPipeline(metadata, spec)]).documents;
    expect(document).toEqual({
      version: '1',
      pipeline_id: 'p',
      name: 'P',
      workspace_id: 'w',
      project_id: 'x',
      metadata: { annotations: { note: 'n' } },
      execution: { mode: 'safe', timeout_seconds: 90 },
      steps: [{ id: 'a', type: 'crawler', method: 'm' }],
      on_exit: [{ id: 'a', type: 'crawler', method: 'm' }],
      outputs: {},
    });
    expect(Object.keys(document ?? {})).toEqual(
      'version pipeline_id name workspace_id project_id metadata execution steps on_exit outputs'.split(' '),
    );
  });

  test('leaves out what the server and kubectl set', () => {
    const metadata = {
      ...{ uid: 'u', resourceVersion: '1', generation: 2, creationTimestamp: 't', managedFields: [], selfLink: '/' },
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
    };
    const { documents, issues } = toCanonical([{ ...aPipeline(metadata), status: { stepCount: 1 } }]);
    expect({ documents, issues }).toEqual({
      documents: [{ pipeline_id: 'p', steps: [{ id: 'a', type: 'crawler', method: 'm' }] }],
      issues: [],
    });
  });

  test('keeps what somebody changed since in labels and annotations', () => {
    const annotations = {
      'conclave.dev/pipeline_id': 'Other',
      'conclave.dev/project_id': 'x',
      'conclave.dev/replay': '{"enabled": false}',
      'conclave.dev/implied_parameters': 'gone',
    };
    const labels = { 'conclave.dev/project': 'moved' };
    expect(toCanonical([aPipeline({ annotations, labels })])).toMatchObject({
      documents: [{ pipeline_id: 'p', metadata: { annotations, labels } }],
      issues: [],
    });
  });

  test('drops parameters that are implied, and no others', () => {
    const annotations = { 'conclave.dev/implied_parameters': 'a' };
    const used = [{ name: 's', type: 'crawler', method: '{{input.a}}{{input.b}}' }];
    const document = (parameters: object[], own: object = { annotations }) =>
      toCanonical([aPipeline(own, { steps: used, parameters })]).documents[0];
    expect(document([{ name: 'b' }, { name: 'a' }])).toMatchObject({ parameters: [{ name: 'b' }] });
    expect(document([{ name: 'b' }, { name: 'a', default: 1 }])).toMatchObject({
      parameters: [{ name: 'b' }, { name: 'a', default: 1 }],
    });
    expect(document([{ name: 'b' }, { name: 'a' }], {})).toMatchObject({ parameters: [{ name: 'b' }, { name: 'a' }] });
  });

  test('makes one document of a Pipeline and its WorkItem, in whatever order', () => {
    const workItem = aWorkItem({ replay: { workItemName: 'r', fromStep: 'a' }, priority: 'high' });
    const { documents, issues } = toCanonical([workItem, aPipeline(), aPipeline({ name: 'q' })]);
    expect(issues).toEqual([]);
    expect(documents).toMatchObject([
      {
        pipeline_id: 'p',
        replay: { enabled: true, original_execution_id: 'r', replay_from_step: 'a' },
        work_item: { metadata: { name: 'w' }, priority: 'high' },
      },
      { pipeline_id: 'q' },
    ]);
  });

  test('writes whole minutes as minutes, and costs as numbers where these say the same to the digit', () => {
    const execution = (fields: object) => toCanonical([aPipeline({}, { execution: fields })]).documents[0];
    expect(execution({ timeoutSeconds: 120, estimatedDurationSeconds: 61 })).toMatchObject({
      execution: { timeout_minutes: 2, estimated_duration_seconds: 61 },
    });
    const costs = ['25', '0.1', '2.50', '007', '1e3'].map((estimatedCostUnits) => execution({ estimatedCostUnits }));
    expect(costs).toMatchObject(
      [25, 0.1, '2.50', '007', '1e3'].map((cost) => ({ execution: { estimated_cost_units: cost } })),
    );
  });

  test('finds the identifier again that was no name for an object', () => {
    const document = { pipeline_id: 'Social Media v2!', steps: [{ id: 'a', type: 'crawler', method: 'm' }] };
    const manifests = fromCanonical(document).manifests.map(({ value }) => value);
    expect(toCanonical(manifests)).toEqual({ documents: [document], issues: [] });
  });

  test.each<[string, object, boolean]>([
    ['that is not enabled is a field again', { enabled: false, replay_from_step: 'a' }, true],
    ['that is enabled, which only a WorkItem can say, stays an annotation', { enabled: true }, false],
    ['that is not written right stays an annotation', { enabled: 'no' }, false],
  ])('a kept replay %s', (_, replay, isField) => {
    const annotations = { 'conclave.dev/replay': JSON.stringify(replay) };
    const [document] = toCanonical([aPipeline({ annotations })]).documents;
    expect(document).toMatchObject(isField ? { replay } : { metadata: { annotations } });
    expect(Object.keys(document ?? {})).not.toContain(isField ? 'metadata' : 'replay');
  });

  test('writes no parameters where all are implied', () => {
    const annotations = { 'conclave.dev/implied_parameters': 'a,b' };
    const spec = {
      steps: [{ name: 's', type: 'crawler', method: '{{input.a}}' }],
      parameters: [{ name: 'a' }, { name: 'b', required: false }],
      outputs: { x: { or: ['{{input.b}}'] } },
    };
    expect(toCanonical([aPipeline({ annotations }, spec)]).documents).toEqual([
      {
        pipeline_id: 'p',
        steps: [{ id: 's', type: 'crawler', method: '{{input.a}}' }],
        outputs: { x: { or: ['{{input.b}}'] } },
      },
    ]);
  });

  test('says nothing of a WorkItem that a replay says anyway', () => {
    const workItem = aWorkItem({ replay: { workItemName: 'r', fromStep: 'a' } }, { name: 'p-replay', namespace: 'n' });
    const [document] = toCanonical([aPipeline({ namespace: 'n' }), workItem]).documents;
    expect(Object.keys(document ?? {})).toEqual(['pipeline_id', 'metadata', 'replay', 'steps']);
  });

  test.each([
    ['that of its Pipeline is not said again', { project: 'x' }, {}],
    ['another one is said', { project: 'y' }, { project: 'y' }],
    ['none at all is null', {}, { project: null }],
  ])('of the project of a WorkItem: %s', (_, spec, workItem) => {
    const annotations = { 'conclave.dev/project_id': 'x' };
    const pipeline = aPipeline({ annotations, labels: { 'conclave.dev/project': 'x' } });
    const [document] = toCanonical([pipeline, aWorkItem(spec, { name: 'p-run' })]).documents;
    expect(document).toHaveProperty('work_item', workItem);
  });

  test('leaves lists and objects where text belongs as they are', () => {
    const spec = { description: ['someText', { aKey: 1 }], version: { someKey: 1 } };
    expect(toCanonical([aPipeline({}, spec)]).documents[0]).toMatchObject(spec);
  });

  test.each<[string, unknown[], string[]]>([
    ['another kind', [aPipeline(), { apiVersion, kind: 'Tenant' }], ['1 : it has no kind "Tenant"']],
    ['what is no object', [3], ['0 : it has no kind "undefined"']],
    ['a WorkItem on its own', [aWorkItem()], ['0 spec.pipelineRef: a WorkItem without its Pipeline']],
    [
      'a WorkItem of another namespace',
      [aPipeline(), aWorkItem({}, { namespace: 'n' })],
      ['1 spec.pipelineRef: a WorkItem without its Pipeline'],
    ],
    [
      'a WorkItem with a pipeline inside',
      [aWorkItem({ pipelineRef: undefined, pipelineSpec: { steps } })],
      ['0 spec: a WorkItem without pipelineRef'],
    ],
    ['a second WorkItem', [aPipeline(), aWorkItem(), aWorkItem()], ['2 : a second WorkItem of one Pipeline']],
    [
      'a name that the server makes up',
      [aPipeline({ name: undefined, generateName: 'p-' })],
      ['0 : generateName is not said here'],
    ],
    [
      "a user's key with the name of a field",
      [aPipeline({}, { steps: [{ name: 'a', type: 'ml_training', training: { method: 'm', model_type: 'x' } }] })],
      ['0 spec.steps[0].training.model_type: model_type stands for modelType there'],
    ],
    [
      'another version of the API',
      [{ ...aPipeline(), apiVersion: 'conclave.dev/v2' }],
      ['0 apiVersion: it would not come back as it is'],
    ],
    ['a spec that is text', [{ ...aPipeline(), spec: 'x' }], ['0 spec: it would not come back as it is']],
    ['metadata that is text', [{ ...aPipeline(), metadata: 'x' }], ['0 metadata: it would not come back as it is']],
    [
      'a WorkItem whose metadata is text',
      [
        { ...aPipeline(), metadata: { name: 'p' } },
        { ...aWorkItem(), metadata: 'x' },
      ],
      ['1 metadata: it would not come back as it is'],
    ],
    ['a field that no schema knows', [aPipeline({}, { unheardOf: 1 })], ['0 : unknown field "unheardOf"']],
  ])('refuses %s', (_, manifests, expected) => {
    expect(refused(...manifests)).toEqual(expected);
  });
});
