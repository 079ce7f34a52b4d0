import { describe, expect, it } from 'vitest';
import { type PodEnd, podEndReader } from './pod-ends.ts';

const line = (type: string, uid: string, phase: string) =>
  JSON.stringify({
    type,
    object: {
      metadata: {
        uid,
        resourceVersion: '12',
        labels: { 'conclave.dev/work-item-uid': 'run', 'conclave.dev/attempt': '1' },
        annotations: { 'conclave.dev/path': `step-of-${uid}` },
      },
      status: { phase },
    },
  });

describe('ends of Pods', () => {
  it('are told once for each Pod, when it has ended, whatever follows', () => {
    const ends: PodEnd[] = [];
    const read = podEndReader(
      (end) => ends.push(end),
      () => 7,
    );
    expect(read(line('ADDED', 'a', 'Pending'))).toBe('12');
    read(line('MODIFIED', 'a', 'Running'));
    expect(ends).toEqual([]);
    read(line('MODIFIED', 'a', 'Succeeded'));
    read(line('MODIFIED', 'b', 'Failed'));
    read(line('DELETED', 'a', 'Succeeded'));
    expect(ends).toEqual([
      { workItemUid: 'run', path: 'step-of-a', succeeded: true, atMs: 7 },
      { workItemUid: 'run', path: 'step-of-b', succeeded: false, atMs: 7 },
    ]);
  });

  it('are no longer told when the watch fails', () => {
    const read = podEndReader(
      () => undefined,
      () => 0,
    );
    expect(() => read('{"type":"ERROR","object":{"metadata":{},"message":"too old"}}')).toThrow('too old');
  });
});
