import { describe, expect, it } from 'vitest';
import { anIdentity } from '../../testing/an-identity.ts';
import { renderServing, type ServingRequest, servingName } from './render-serving.ts';

const request: ServingRequest = {
  identity: anIdentity({ name: servingName('text_model'), path: 'serve' }),
  serving: { image: 'server:1', port: 8000, args: ['--model', '{{step.modelUri}}'], env: { WORKERS: '{{inputs.n}}' } },
  inputs: { n: 2 },
  step: { name: 'serve', modelUri: 's3://models/3' },
};
const rendered = (fields: Partial<ServingRequest> = {}) => {
  const objects = renderServing({ ...request, ...fields });
  if ('issues' in objects) throw new Error(JSON.stringify(objects.issues));
  return objects;
};
const podOf = (fields: Partial<ServingRequest> = {}) =>
  rendered(fields).deployment.spec?.['template'] as never as { metadata: object; spec: { containers: [object] } };

describe('renderServing', () => {
  it('gives the Deployment and the Service one name, and says where it is called', () => {
    const { deployment, service, url } = rendered();
    expect([deployment.metadata.name, service.metadata.name]).toEqual(['text-model', 'text-model']);
    expect(url).toBe('http://text-model.team-a.svc:8000');
  });

  it('puts inputs and fields of the step into arguments and environment, as texts', () => {
    expect(podOf().spec.containers[0]).toMatchObject({
      args: ['--model', 's3://models/3'],
      env: [
        { name: 'HOME', value: '/tmp' },
        { name: 'WORKERS', value: '2' },
      ],
    });
  });

  it("leaves the image's own arguments where none are given", () => {
    expect(podOf({ serving: { image: 'server:1', port: 8000 } }).spec.containers[0]).not.toHaveProperty('args');
  });

  it('sends traffic to the Pods of this step alone, and gives them none of our labels', () => {
    const { deployment, service, selector } = rendered();
    const other = rendered({ identity: anIdentity({ name: 'text-model', path: 'serve_again' }) });
    expect(other.selector).not.toEqual(selector);
    expect(service.spec?.['selector']).toEqual(selector);
    expect(deployment.spec?.['selector']).toEqual({ matchLabels: selector });
    expect(podOf().metadata).toMatchObject({ labels: selector });
    expect(JSON.stringify(podOf().metadata)).not.toContain('conclave.dev');
  });

  it('runs as the restricted Pod Security Standard asks, without a token', () => {
    expect(podOf().spec).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [{ securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } }],
    });
  });

  it('is ready when the path answers', () => {
    const probeOf = (readinessPath?: string) =>
      podOf({ serving: { ...request.serving, ...(readinessPath !== undefined && { readinessPath }) } }).spec
        .containers[0];
    expect(probeOf()).toMatchObject({ readinessProbe: { httpGet: { path: '/', port: 'http' } } });
    expect(probeOf('/healthz')).toMatchObject({ readinessProbe: { httpGet: { path: '/healthz' } } });
  });

  it("takes the step's resources, placement and replicas before the Method's", () => {
    const serving = { ...request.serving, resources: { gpu: 1 }, placement: { priorityClassName: 'low' } };
    expect(podOf({ serving }).spec).toMatchObject({
      priorityClassName: 'low',
      containers: [{ resources: { limits: { 'nvidia.com/gpu': '1' } } }],
    });
    const own = { resources: { gpu: 2 }, placement: { nodeSelector: { pool: 'gpu' } }, replicas: 3 };
    expect(podOf({ serving, ...own }).spec).toMatchObject({
      nodeSelector: { pool: 'gpu' },
      containers: [{ resources: { limits: { 'nvidia.com/gpu': '2' } } }],
    });
    expect(rendered({ serving, ...own }).deployment.spec).toMatchObject({ replicas: 3 });
  });

  it("lets a Method choose another home, since libraries' caches may be large", () => {
    const serving = { ...request.serving, env: { HOME: '/models' } };
    expect(podOf({ serving }).spec.containers[0]).toHaveProperty('env', [{ name: 'HOME', value: '/models' }]);
  });

  it('tells all that is wrong at once', () => {
    const serving = { ...request.serving, args: ['{{step.absent}}'] };
    const result = renderServing({ ...request, serving, identity: anIdentity({ name: '3-Models' }) });
    expect(result).toMatchObject({ issues: [{ code: 'ServiceNameInvalid' }, { code: 'FieldNotFound' }] });
  });

  it.each(['a', 'a-1', 'x'.repeat(63)])('takes %s as the name of a Service', (name) => {
    expect(renderServing({ ...request, identity: anIdentity({ name }) })).toHaveProperty('url');
  });

  it.each(['', '1a', 'a-', 'A', 'a.b', 'x'.repeat(64)])('refuses %j as the name of a Service', (name) => {
    expect(renderServing({ ...request, identity: anIdentity({ name }) })).toHaveProperty('issues');
  });

  it.each([7, null, true, ['a']])('refuses %j, which an input may be, as the name of a Service', (value) => {
    expect(renderServing({ ...request, identity: anIdentity({ name: servingName(value) }) })).toHaveProperty('issues');
  });
});
