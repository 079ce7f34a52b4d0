import { describe, expect, it } from 'vitest';
import { groupOf, whyNotMade, whyNotRead } from './forbidden-kinds.ts';

describe('kinds that a Method may not make', () => {
  it.each([
    ['v1', 'Secret'],
    ['v1', 'ServiceAccount'],
    ['v1', 'Namespace'],
    ['v1', 'Endpoints'],
    ['rbac.authorization.k8s.io/v1', 'Role'],
    ['rbac.authorization.k8s.io/v1', 'RoleBinding'],
    ['conclave.dev/v1alpha1', 'WorkItem'],
    ['admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy'],
    ['networking.k8s.io/v1', 'NetworkPolicy'],
    ['coordination.k8s.io/v1', 'Lease'],
  ])('%s %s', (apiVersion, kind) => {
    expect(whyNotMade({ group: groupOf(apiVersion), kind })).toContain(
      `a Method may not make an object of kind ${kind}: `,
    );
  });

  it.each([
    ['batch/v1', 'Job'],
    ['ray.io/v1', 'RayJob'],
    ['trainer.kubeflow.org/v1alpha1', 'TrainJob'],
    ['v1', 'Pod'],
    // Another group's kind of the same name is another kind.
    ['example.com/v1', 'Secret'],
  ])('but %s %s', (apiVersion, kind) => {
    expect(whyNotMade({ group: groupOf(apiVersion), kind })).toBeUndefined();
  });

  it('lets steps look at everything but Secrets', () => {
    expect(whyNotRead({ group: '', kind: 'Secret' })).toContain('Secret');
    expect(whyNotRead({ group: 'conclave.dev', kind: 'WorkItem' })).toBeUndefined();
  });
});
