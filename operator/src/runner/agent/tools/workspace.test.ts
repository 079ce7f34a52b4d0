import { normalize } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ToolFailure } from './tool.ts';
import { splitPath } from './workspace.ts';

describe('a path of the workspace', () => {
  it('leads nowhere else, whatever is written', () => {
    const piece = fc.constantFrom('..', '.', '', 'a', '.git', '.GIT', '\\', '\0', '...', ' ..', '..a');
    const path = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 8 }).map((all) => all.join('/')),
    );
    fc.assert(
      fc.property(path, (written) => {
        let parts: readonly string[];
        try {
          parts = splitPath(written);
        } catch (error) {
          expect(error).toBeInstanceOf(ToolFailure);
          return;
        }
        const whole = normalize(`/workspace/${written}`);
        expect(whole.replace(/\/$/, '')).toBe(['/workspace', ...parts].join('/'));
        expect(whole.toLowerCase()).not.toMatch(/\/\.git(\/|$)/);
      }),
    );
  });
});
