import { describe, expect, test } from 'vitest';
import { NamePattern } from './name-pattern.ts';

const matches = (template: string, name: string) => new NamePattern(template).matches(name);

describe('a name with templates can mean', () => {
  test.each([
    ['crawler_{{a.b}}', 'crawler_twitter'],
    ['crawler_{{a.b}}', 'crawler_'],
    ['{{a.b}}', 'anything'],
    ['{{a.b}}_v1', 'crawler_v1'],
    ['a_{{x.y}}_b_{{x.z}}_c', 'a_1_b_2_c'],
    ['a{{x.y}}a', 'aa'],
    ['plain', 'plain'],
    ['{{broken', 'anything'],
  ])('%s: %s', (template, name) => {
    expect(matches(template, name)).toBe(true);
  });

  test.each([
    ['crawler_{{a.b}}', 'crawl_twitter'],
    ['{{a.b}}_v1', 'crawler_v2'],
    ['a_{{x.y}}_b_{{x.z}}_c', 'a_1_c'],
    ['a{{x.y}}a', 'a'],
    ['aba{{x.y}}aba', 'ababa'],
    ['plain', 'plainer'],
  ])('%s, but not %s', (template, name) => {
    expect(matches(template, name)).toBe(false);
  });

  test('is told at once, however often the text between could stand', () => {
    const template = `${'a{{x.y}}'.repeat(1000)}b`;
    const start = performance.now();
    expect(matches(template, 'a'.repeat(100_000))).toBe(false);
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
