import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { publicBaseOf, siblingTagOf } from './build-image.ts';
import { parseSize } from './buildah.ts';
import { parseImageArguments } from './image-command.ts';
import { repositoryRoot } from './paths.ts';

describe('parseImageArguments', () => {
  it('builds and loads into the default instance when nothing is said', () => {
    expect(parseImageArguments([], 'default')).toMatchObject({ instance: 'default', load: true, localBase: false });
  });

  it('takes a base, a name and --no-load', () => {
    const args = ['--no-load', '--base', 'debian', '--tag=x:1', '--instance', 'a'];
    expect(parseImageArguments(args, 'default')).toMatchObject({
      load: false,
      base: 'debian',
      tag: 'x:1',
      instance: 'a',
    });
  });

  it('builds all of this tree, or what is named of another', () => {
    expect(parseImageArguments([], 'default')).toMatchObject({
      source: repositoryRoot,
      targets: ['product', 'runtime', 'model-sim'],
    });
    const args = ['--source', '/tmp/earlier', '--target', 'product', '--target', 'runtime'];
    expect(parseImageArguments(args, 'default')).toMatchObject({
      source: '/tmp/earlier',
      targets: ['product', 'runtime'],
    });
    expect(() => parseImageArguments(['--target', 'base'], 'default')).toThrow(
      "--target takes one of product, runtime, model-sim, not 'base'",
    );
  });

  it('refuses what it does not know', () => {
    expect(() => parseImageArguments(['--push'], 'default')).toThrow("Unknown option '--push'");
  });
});

describe('publicBaseOf', () => {
  it('finds the base of the Dockerfile', () => {
    expect(publicBaseOf(readFileSync(join(repositoryRoot, 'Dockerfile'), 'utf8'))).toMatch(/\/node:24-bookworm-slim$/);
  });
});

describe('siblingTagOf', () => {
  it.each([
    ['localhost/conclave:dev', 'localhost/conclave-runtime:dev'],
    ['registry:5000/conclave', 'registry:5000/conclave-runtime'],
    ['registry:5000/conclave:1', 'registry:5000/conclave-runtime:1'],
  ])('follows %s', (tag, expected) => {
    expect(siblingTagOf(tag, 'runtime')).toBe(expected);
  });
});

describe('parseSize', () => {
  it.each([
    ['268 MB', 268e6],
    ['1.2 GB', 1.2e9],
    ['512 kB', 512e3],
    ['12 B', 12],
  ])('reads %s', (text, bytes) => {
    expect(parseSize(text)).toBeCloseTo(bytes);
  });
});
