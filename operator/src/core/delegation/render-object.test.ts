import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../api/json.ts';
import { anIdentity } from '../../testing/an-identity.ts';
import { renderObject } from './render-object.ts';

const inputs = { workers: 3, image: 'trainer:1', evil: '{{step.secret}}' };
const step = { name: 'train', training: { model: 'qwen', method: 'sft' } };
const rayJob = { apiVersion: 'ray.io/v1', kind: 'RayJob' };

const render = (template: JsonObject, identity = anIdentity()) => renderObject({ template, identity, inputs, step });
const issuesOf = (template: JsonObject) => {
  const rendered = render(template);
  return 'issues' in rendered ? rendered.issues.map(({ code, path }) => `${code} ${path.slice(3).join('.')}`) : [];
};

describe('renderObject', () => {
  it('puts inputs and fields of the step into the template, each with its type', () => {
    const spec = { replicas: '{{inputs.workers}}', entrypoint: 'train --model {{step.training.model}}' };
    expect(render({ ...rayJob, spec })).toMatchObject({
      object: { ...rayJob, spec: { replicas: 3, entrypoint: 'train --model qwen' } },
    });
  });

  it('never reads what was put in as a template again', () => {
    expect(render({ ...rayJob, spec: { a: '{{inputs.evil}}' } })).toMatchObject({
      object: { spec: { a: '{{step.secret}}' } },
    });
  });

  it('names the object, places and owns it, and marks what it was made for', () => {
    const metadata = { name: 'mine', namespace: 'team-a', labels: { queue: 'q' }, annotations: { note: 'n' } };
    expect(render({ ...rayJob, metadata })).toEqual({
      object: {
        ...rayJob,
        metadata: {
          name: 'train-1-0123456789abcdef',
          namespace: 'team-a',
          labels: { queue: 'q', 'conclave.dev/work-item': 'run' },
          annotations: {
            note: 'n',
            'conclave.dev/work-item-uid': 'work-item-uid',
            'conclave.dev/path': 'train',
            'conclave.dev/spec-digest': 'sha256:1',
          },
          ownerReferences: [
            {
              apiVersion: 'conclave.dev/v1alpha1',
              kind: 'WorkItem',
              name: 'run',
              uid: 'work-item-uid',
              controller: true,
            },
          ],
        },
      },
    });
  });

  it('gives no owner to what outlives the WorkItem', () => {
    const rendered = render(rayJob, anIdentity({ isOwned: false }));
    expect(rendered).not.toHaveProperty('object.metadata.ownerReferences');
  });

  it.each([
    ['other namespaces', { metadata: { namespace: 'kube-system' } }, 'ObjectMetadataForbidden metadata.namespace'],
    ['owners', { metadata: { ownerReferences: [] } }, 'ObjectMetadataForbidden metadata.ownerReferences'],
    ['finalizers', { metadata: { finalizers: ['a/b'] } }, 'ObjectMetadataForbidden metadata.finalizers'],
    ['generated names', { metadata: { generateName: 'a-' } }, 'ObjectMetadataForbidden metadata.generateName'],
    ['labels that are no texts', { metadata: { labels: { a: 1 } } }, 'ObjectMetadataInvalid metadata.labels'],
    ['metadata that is no object', { metadata: 'x' }, 'ObjectMetadataInvalid metadata'],
    ['a status', { status: { done: true } }, 'ObjectStatusForbidden status'],
    [
      'our labels, on Pods that it makes, too',
      { spec: { template: [{ metadata: { labels: { 'conclave.dev/work-item-uid': 'other' } } }] } },
      'ReservedKey spec.template.0.metadata.labels.conclave.dev/work-item-uid',
    ],
    [
      'our annotations',
      { metadata: { annotations: { 'approval.conclave.dev/x': 'y' } } },
      'ReservedKey metadata.annotations.approval.conclave.dev/x',
    ],
  ])('refuses %s', (_, fields, issue) => {
    expect(issuesOf({ ...rayJob, ...fields })).toEqual([issue]);
  });

  it('refuses an object without a kind, and a kind by its data, however the template hides it', () => {
    expect(issuesOf({ apiVersion: '', kind: 7 })).toEqual(['ObjectKindMissing apiVersion', 'ObjectKindMissing kind']);
    const secret = renderObject({
      template: { apiVersion: 'v1', kind: '{{inputs.kind}}' },
      identity: anIdentity(),
      inputs: { kind: 'Secret' },
      step,
    });
    expect(secret).toMatchObject({ issues: [{ code: 'ObjectKindForbidden' }] });
  });

  it('says which template has no value', () => {
    const rendered = render({ ...rayJob, spec: '{{inputs.absent}}' });
    expect(rendered).toMatchObject({
      issues: [
        {
          code: 'FieldNotFound',
          path: ['spec', 'object', 'template'],
          message: expect.stringContaining("'absent' not found in inputs"),
        },
      ],
    });
  });
});
