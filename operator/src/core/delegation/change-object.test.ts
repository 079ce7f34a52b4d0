import { expect, it } from 'vitest';
import { changeObject } from './change-object.ts';

const service = { apiVersion: 'v1', kind: 'Service' };

it('changes whole fields of the spec and adds marks, and keeps what others have added', () => {
  const found = {
    ...service,
    metadata: { name: 'm', uid: 'u', resourceVersion: '7', labels: { team: 'a' }, annotations: { a: '1', b: '1' } },
    spec: { clusterIP: '10.0.0.1', ports: [{ port: 80 }, { port: 81 }] },
    status: { ready: true },
  };
  const wanted = { ...service, metadata: { name: 'm', annotations: { b: '2' } }, spec: { ports: [{ port: 82 }] } };
  expect(changeObject(found, wanted)).toEqual({
    ...service,
    metadata: { ...found.metadata, annotations: { a: '1', b: '2' } },
    spec: { clusterIP: '10.0.0.1', ports: [{ port: 82 }] },
    status: { ready: true },
  });
});

it('gives it the owner that it should have', () => {
  const owner = { apiVersion: 'v1', kind: 'X', name: 'x', uid: 'u' };
  const found = { ...service, metadata: { name: 'm' } };
  const changed = changeObject(found, { ...service, metadata: { name: 'm', ownerReferences: [owner] } });
  expect(changed.metadata.ownerReferences).toEqual([owner]);
});
