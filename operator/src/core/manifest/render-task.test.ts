import { describe, expect, it } from 'vitest';
import { runnerTask } from '../../api/runner-task.ts';
import { anAttempt, codeStep } from '../../testing/an-attempt.ts';
import { aMethod } from '../../testing/planned-run.ts';
import { codeWork, methodWork, renderTask } from './render-task.ts';

const outputs = { type: 'object', properties: { answer: { type: 'number' } } };
const method = aMethod('count', { type: 'image', image: { image: 'registry/count' }, outputs });
const artifacts = { url: 'https://conclave-server.conclave-system.svc:8443' };

describe('the task of an attempt', () => {
  it('is a document that Pods understand', () => {
    const task = renderTask({ ...anAttempt(), work: methodWork(method), method, artifacts });
    expect(runnerTask.parse(task)).toEqual(task);
  });

  it('says for what and until when, what with, and where results go', () => {
    const { workItem, start } = anAttempt({ spec: { project: 'shop' } });
    expect(renderTask({ workItem, start, work: methodWork(method), method, artifacts })).toEqual({
      ...{ apiVersion: 'conclave.dev/v1alpha1', kind: 'Task' },
      workItem: { name: 'order', namespace: 'team', uid: workItem.metadata.uid, project: 'shop' },
      step: { path: 'each[3].build', type: 'custom_code', attempt: 2 },
      inputs: { number: 7 },
      work: { kind: 'method', method: 'count' },
      outputSchema: outputs,
      deadlineSeconds: 600,
      artifacts: {
        url: artifacts.url,
        tokenFile: '/var/run/secrets/conclave/token',
        caFile: '/conclave/ca.pem',
      },
    });
  });

  it('leaves out what there is not', () => {
    const task = renderTask({ ...anAttempt(), work: methodWork(method), method: undefined, artifacts });
    expect(task).not.toHaveProperty('outputSchema');
    expect(task.workItem).not.toHaveProperty('project');
  });

  it('is told of a WorkItem that is not created yet with nothing made up', () => {
    const { start } = anAttempt();
    const workItem = { ...anAttempt().workItem, metadata: { name: 'order' } };
    const task = renderTask({ workItem, start, work: methodWork(method), method, artifacts });
    expect(task.workItem).toEqual({ name: 'order', namespace: '', uid: '' });
  });
});

describe('a program', () => {
  it.each([
    ['python3', 'python'],
    ['python3.12', 'python'],
    ['javascript', 'javascript'],
    ['node24', 'javascript'],
  ])('for %s runs as %s', (runtime, language) => {
    const program = 'def execute(inputs): return {}';
    expect(codeWork({ ...codeStep(), runtime }, program)).toEqual({ kind: 'code', runtime: language, program });
  });
});
