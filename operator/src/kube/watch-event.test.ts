import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseWatchLine } from './watch-event.ts';

const metadata = { name: 'ä-🙂', namespace: 'ns', uid: 'u', resourceVersion: '7' };
const line = JSON.stringify({ type: 'ADDED', object: { apiVersion: 'v1', kind: 'Thing', metadata } });

describe('parseWatchLine', () => {
  it('reads events, bookmarks and errors', () => {
    expect(parseWatchLine(line)).toEqual({ type: 'ADDED', object: { apiVersion: 'v1', kind: 'Thing', metadata } });
    expect(parseWatchLine('{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"9"}}}')).toEqual({
      type: 'BOOKMARK',
      resourceVersion: '9',
    });
    expect(parseWatchLine('{"type":"ERROR","object":{"code":410}}')).toEqual({ type: 'ERROR', status: { code: 410 } });
  });

  it('lets types pass that later servers may send', () => {
    expect(parseWatchLine('{"type":"PROGRESS","object":{}}')).toEqual({ type: 'OTHER' });
  });

  it('finds no event in any beginning of a line', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: line.length - 1 }), (length) => {
        expect(parseWatchLine(line.slice(0, length))).toBeUndefined();
      }),
    );
  });

  it.each([
    'null',
    '[]',
    '"ADDED"',
    '{}',
    '{"type":1}',
    '{"type":"ADDED"}',
    '{"type":"ADDED","object":null}',
    '{"type":"ADDED","object":{"metadata":{"name":"a","uid":"u"}}}',
    '{"type":"MODIFIED","object":{"metadata":{"name":"a","uid":"","resourceVersion":"1"}}}',
    '{"type":"BOOKMARK","object":{"metadata":{}}}',
    '<html>502 Bad Gateway</html>',
  ])('finds no event in %s', (text) => {
    expect(parseWatchLine(text)).toBeUndefined();
  });
});
