import { expect, it } from 'vitest';
import { RecordError } from './record-error.ts';

it('says why in one word, and keeps what caused it, where something did', () => {
  const cause = new Error('disk full');
  expect(new RecordError('InsufficientStorage', 'no room', cause)).toMatchObject({
    ...{ name: 'RecordError', reason: 'InsufficientStorage', message: 'no room', cause },
  });
  expect(new RecordError('Broken', 'gone')).not.toHaveProperty('cause');
});
