import { expect, test } from 'vitest';
import { decodeEntities } from './decode-entities.ts';

test.each([
  ['names', '&lt;&nbsp;&amp;', '<\u00a0&'],
  ['numbers', '&#65;&#x42;', 'AB'],
  ['once', '&amp;lt;', '&lt;'],
  ['no names that are not known', '&unknown; & &;', '&unknown; & &;'],
  ['no characters that there are not', '&#0;&#1114112;&#xd800;', '\ufffd\ufffd\ufffd'],
])('references to characters are resolved: %s', (_, text, decoded) => {
  expect(decodeEntities(text)).toBe(decoded);
});
