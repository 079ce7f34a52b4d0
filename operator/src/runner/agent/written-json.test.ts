import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readWrittenJson } from './written-json.ts';

describe('JSON that a model wrote', () => {
  it('is read as it is where it is right', () => {
    const json = ' {"a": "x\\n", "b": [1]}\n';
    expect(readWrittenJson(json)).toEqual({ json, value: { a: 'x\n', b: [1] } });
  });

  it('may have control characters in its texts, as vLLM lets models write them', () => {
    const { json, value } = readWrittenJson('{"a":"one\ntwo\t\u0012\u0000 \\"\u0001\\"",\n"b":"\\\\"}');
    expect(value).toEqual({ a: 'one\ntwo\t\u0012\u0000 "\u0001"', b: '\\' });
    expect(JSON.parse(json)).toEqual(value);
  });

  it.each(['{"a":"\n', '{\u0012"a":1}', '"a\n', 'a\nb'])('is refused where it is none: %j', (text) => {
    expect(() => readWrittenJson(text)).toThrow(SyntaxError);
  });

  it('says what it said before its texts were escaped, whatever stands in them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
        const raw = text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
        expect(readWrittenJson(`["${raw}"]`).value).toEqual([text]);
      }),
    );
  });
});
