import { describe, expect, it } from 'vitest';
import { readValues, renderValues } from './values-table.ts';

const text = `# About the file.

# About the first map.
first:
  # About a,
  # in two lines.
  a: 1
  b: [] # not this
  # About a map as a whole.
  labels:
    x: y
# About the last; one | of two.
last: ''
`;
const schema = { properties: { first: { properties: { a: {}, b: {}, labels: {} } }, last: {} } };

describe('the values of a chart', () => {
  it('are those whose keys the schema does not name further, with the comments above them', () => {
    expect(readValues(text, schema)).toEqual([
      { path: 'first.a', standard: 1, description: 'About a, in two lines.' },
      { path: 'first.b', standard: [], description: '' },
      { path: 'first.labels', standard: { x: 'y' }, description: 'About a map as a whole.' },
      { path: 'last', standard: '', description: 'About the last; one | of two.' },
    ]);
  });

  it('are a table whose cells nothing breaks', () => {
    expect(renderValues(readValues(text, schema)).trim().split('\n').at(-1)).toBe(
      '| `last` | `""` | About the last; one \\| of two. |',
    );
  });

  it('are refused when they are no map', () => {
    expect(() => readValues('- a\n', schema)).toThrow('values.yaml is no map');
  });
});
