import { describe, expect, it } from 'vitest';
import { builtImages, parseImage, withImages } from './image-names.ts';

describe('the names of images', () => {
  it.each([
    ['registry.example.com/conclave:1.0', { repository: 'registry.example.com/conclave', tag: '1.0' }],
    [
      'registry.example.com:5000/team/conclave:dev',
      { repository: 'registry.example.com:5000/team/conclave', tag: 'dev' },
    ],
  ])('are read from %s', (text, names) => {
    expect(parseImage(text)).toEqual(names);
  });

  it.each(['conclave', ':dev', 'registry.example.com:5000/conclave', 'conclave:', 'conclave:a b'])(
    'are not read from %j',
    (text) => {
      expect(() => parseImage(text)).toThrow('--image must be REPOSITORY:TAG');
    },
  );

  it('replace those of the project in manifests, and no others', () => {
    const manifests =
      'image: localhost/conclave:dev\nimage: localhost/conclave-runtime:dev\nimage: localhost/conclave/busybox:1\n';
    expect(withImages(manifests, { repository: 'r/c', tag: '2' })).toBe(
      'image: r/c:2\nimage: r/c-runtime:2\nimage: localhost/conclave/busybox:1\n',
    );
    expect(withImages(manifests, builtImages)).toBe(manifests);
  });
});
