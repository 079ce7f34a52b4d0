import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../api/json.ts';
import { readPath } from './navigate.ts';

const outputs = JSON.parse(`{
  "profile": {"picture": null, "posts": [{"text": "first", "tags": ["a"]}, {"text": "second", "tags": []}]},
  "count": 0,
  "__proto__": {"x": 1}
}`) as JsonObject;

describe('readPath', () => {
  const cases: Record<string, [path: string, value: JsonValue | undefined]> = {
    'a field': ['count', 0],
    'a field of a field': ['profile.posts[1].text', 'second'],
    'null where null stands': ['profile.picture', null],
    'a field of every item': ['profile.posts[*].text', ['first', 'second']],
    'a flat list of two spreads': ['profile.posts[*].tags[*]', ['a']],
    'a hostile name as data': ['__proto__.x', 1],
    'nothing where a field is missing': ['profile.email', undefined],
    'nothing where prototypes have something': ['constructor', undefined],
    'nothing below null': ['profile.picture.url', undefined],
    'nothing beyond a list': ['profile.posts[2]', undefined],
    'nothing in an item that lacks a field': ['profile.posts[*].nope', undefined],
    'nothing for what is no path': ['profile..posts', undefined],
    'nothing for a path that goes on': ['profile }}', undefined],
    'nothing for an empty path': ['', undefined],
  };
  it.each(Object.entries(cases))('finds %s', (_, [path, value]) => {
    expect(readPath(outputs, path)).toEqual(value);
  });
});
