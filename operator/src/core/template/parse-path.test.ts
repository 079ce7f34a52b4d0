import { describe, expect, it } from 'vitest';
import { parsePath } from './parse-path.ts';

describe('parsePath', () => {
  it('reads a path that fills the text', () => {
    expect(parsePath('profile.posts[0].tags[*]')).toMatchObject({
      reference: {
        root: 'profile',
        segments: [
          { kind: 'field', name: 'posts' },
          { kind: 'item', index: 0 },
          { kind: 'field', name: 'tags' },
          { kind: 'splat' },
        ],
        text: 'profile.posts[0].tags[*]',
      },
    });
  });

  const malformed: Record<string, [path: string, message: string, offset: number]> = {
    'an empty text': ['', 'expected a name, found the end', 0],
    'what follows a path': ['a.b c', 'expected . or [, found " "', 3],
    braces: ['{{a.b}}', 'expected a name, found "{"', 0],
    'a dot at the end': ['a.', 'expected the name of a field, found the end', 2],
  };
  it.each(Object.entries(malformed))('refuses %s', (_, [path, message, offset]) => {
    expect(parsePath(path)).toMatchObject({ problem: { code: 'InvalidTemplate', message }, offset });
  });
});
