import { describe, expect, it } from 'vitest';
import { clipMessage } from './clip-message.ts';

describe('clipMessage', () => {
  it('leaves what fits as it is', () => {
    expect(clipMessage('x'.repeat(1024))).toBe('x'.repeat(1024));
  });

  it('says that there was more', () => {
    expect(clipMessage('x'.repeat(1025))).toBe(`${'x'.repeat(1023)}…`);
  });

  it('leaves no half of a character', () => {
    expect(clipMessage(`${'x'.repeat(1022)}😀${'x'.repeat(9)}`)).toBe(`${'x'.repeat(1022)}…`);
    expect(clipMessage(`${'x'.repeat(1021)}😀${'x'.repeat(9)}`)).toBe(`${'x'.repeat(1021)}😀…`);
  });
});
