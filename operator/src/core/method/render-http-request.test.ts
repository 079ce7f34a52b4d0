import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../api/json.ts';
import { type HttpBlock, renderHttpRequest } from './render-http-request.ts';

const inputs: JsonObject = {
  ...{ word: 'a b', path: '../x', host: 'api.example.com', port: 8080, flag: true, nothing: null },
  ...{ list: [1], base: 'https://api.example.com/v1', evil: 'evil.com/', user: 'u@evil.com', dots: '..' },
  ...{ encoded: '%2e%2e', query: 'a&b=c#d', lines: 'a\r\nx: y', six: '[2001:db8::1]:80', lone: '\ud800' },
};

function render(http: Partial<HttpBlock>, own: JsonObject = inputs) {
  const url = 'https://example.com/';
  const rendered = renderHttpRequest(
    { url, ...http },
    { inputs: own, step: { name: 'find', training: { model: 'm' } } },
  );
  return 'problem' in rendered ? rendered.problem : rendered.value;
}

describe('the URL of a request', () => {
  it.each([
    ['as it is without templates', 'http://x.test/a/%2F?b=c', 'http://x.test/a/%2F?b=c'],
    ['with a value in its path', 'https://x.test/{{inputs.word}}/y', 'https://x.test/a%20b/y'],
    ['with a value that stays in its part of the path', 'https://x.test/{{inputs.path}}', 'https://x.test/..%2Fx'],
    [
      'with a value that stays in its part of the query',
      'https://x.test/?q={{inputs.query}}',
      'https://x.test/?q=a%26b%3Dc%23d',
    ],
    ['with dots in the query', 'https://x.test/?q={{inputs.dots}}', 'https://x.test/?q=..'],
    ['with a fragment', 'https://x.test/#{{inputs.word}}', 'https://x.test/#a%20b'],
    ['with a query right behind the host', 'https://x.test?q={{inputs.word}}', 'https://x.test?q=a%20b'],
    ['with a host', 'https://{{inputs.host}}/y', 'https://api.example.com/y'],
    ['with a port', 'https://x.test:{{inputs.port}}/y', 'https://x.test:8080/y'],
    ['with a host of IPv6', 'https://{{inputs.six}}/y', 'https://[2001:db8::1]:80/y'],
    ['with a beginning', '{{inputs.base}}/{{inputs.word}}', 'https://api.example.com/v1/a%20b'],
    ['with numbers, true and false', 'https://x.test/{{inputs.port}}/{{inputs.flag}}', 'https://x.test/8080/true'],
    ['with half of a character', 'https://x.test/{{inputs.lone}}', 'https://x.test/%EF%BF%BD'],
    ['with fields of the step', 'https://x.test/{{step.name}}/{{step.training.model}}', 'https://x.test/find/m'],
  ])('is rendered %s', (_, url, expected) => {
    expect(render({ url })).toMatchObject({ url: expected });
  });

  it.each([
    ['a host that goes on as a path', 'https://{{inputs.evil}}.example.com/'],
    ['a host that brings a user', 'https://{{inputs.user}}/'],
    ['a host by slashes the other way round', 'https:\\\\{{inputs.user}}/'],
    ['a host without slashes', 'https:{{inputs.user}}/'],
    ['a user by a value', 'https://{{inputs.word}}:x@example.com/'],
    ['a path that goes upwards', 'https://x.test/a/{{inputs.dots}}/b'],
    ['a path that goes upwards by halves', 'https://x.test/a/.{{inputs.dot}}'],
    ['a path that goes upwards in other letters', 'https://x.test/a/%2E%2e/{{inputs.word}}'],
    ['nothing', 'https://x.test/{{inputs.nothing}}'],
    ['a list', 'https://x.test/{{inputs.list}}'],
  ])('cannot take %s', (_, url) => {
    expect(render({ url }, { ...inputs, dot: '.' })).toMatchObject({ code: 'InvalidUrl' });
  });

  it('encodes what is encoded already once more: a value is never read as part of a URL', () => {
    expect(render({ url: 'https://x.test/{{inputs.encoded}}' })).toMatchObject({ url: 'https://x.test/%252e%252e' });
  });

  it('keeps origin and path whatever a value behind them is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const rendered = render({ url: 'https://x.test/a/{{inputs.v}}z?q={{inputs.v}}' }, { v: value });
        if (!('url' in rendered)) return false;
        const url = new URL(rendered.url);
        const parts = url.pathname.split('/').map(decodeURIComponent);
        expect([url.origin, parts.length, parts[1]]).toEqual(['https://x.test', 3, 'a']);
        expect([parts[2], url.searchParams.get('q')]).toEqual([`${value.toWellFormed()}z`, value.toWellFormed()]);
        return true;
      }),
    );
  });

  it('keeps the domain behind a value whatever that is', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('ab.:/@#?\\[]%0 \t')) }), (value) => {
        const rendered = render({ url: 'https://{{inputs.v}}.x.test/' }, { v: value });
        const host = 'url' in rendered ? URL.parse(rendered.url)?.hostname : undefined;
        expect(host === undefined || host.endsWith('.x.test')).toBe(true);
      }),
    );
  });

  it.each([
    ['no reference', 'https://x.test/{{', 'InvalidReference'],
    ['an unknown input', 'https://x.test/{{inputs.missing}}', 'FieldNotFound'],
    ['an unknown name', 'https://x.test/{{other.x}}', 'StepNotFound'],
  ])('tells what is wrong with %s', (_, url, code) => {
    const found = render({ url });
    expect('code' in found && (code === 'InvalidReference' ? found.code !== '' : found.code === code)).toBe(true);
  });
});

describe('the headers of a request', () => {
  it('are rendered under names in lower case', () => {
    const headers = { 'X-Word': '<{{inputs.word}}>', 'X-List': '{{inputs.list}}', 'X-Number': ' {{inputs.port}} ' };
    expect(render({ headers })).toMatchObject({ headers: { 'x-word': '<a b>', 'x-list': '[1]', 'x-number': '8080' } });
  });

  it('stand above those by default', () => {
    const headers = { Accept: 'text/csv', 'Content-Type': 'application/ld+json' };
    expect(render({ headers })).toMatchObject({
      headers: { accept: 'text/csv', 'content-type': 'application/ld+json' },
    });
  });

  it.each([
    ['a line break from an input', { 'x-a': '{{inputs.lines}}' }],
    ['a character that is no byte', { 'x-a': '€' }],
    ['a name with a colon', { 'x:a': 'b' }],
    ['a host', { HOST: 'internal' }],
  ])('cannot have %s', (_, headers: Record<string, string>) => {
    expect(render({ headers })).toMatchObject({ code: 'InvalidHeader' });
  });

  it('tell what is wrong without the value', () => {
    expect(JSON.stringify(render({ headers: { 'x-a': '{{inputs.lines}}' } }))).not.toContain('x: y');
    expect(render({ headers: { 'x-a': '{{inputs.missing}}' } })).toMatchObject({ code: 'FieldNotFound' });
  });
});

describe('the body of a request', () => {
  it('is the inputs as JSON where the Method has none', () => {
    expect(render({}, { a: 1 })).toMatchObject({
      ...{ method: 'POST', body: '{"a":1}', headers: { 'content-type': 'application/json' } },
    });
  });

  it('is nothing for a GET, unless the Method has one', () => {
    expect(render({ method: 'GET' })).toEqual({
      ...{ method: 'GET', url: 'https://example.com/', headers: { accept: 'application/json' } },
    });
    expect(render({ method: 'GET', body: { a: 1 } })).toMatchObject({ body: '{"a":1}' });
  });

  it('is a text as it is', () => {
    expect(render({ body: 'say {{inputs.word}}' })).toMatchObject({
      ...{ body: 'say a b', headers: { 'content-type': 'text/plain; charset=utf-8' } },
    });
  });

  it('keeps the types of values', () => {
    expect(render({ body: { n: '{{inputs.port}}', l: ['{{inputs.nothing}}'] } })).toMatchObject({
      body: '{"n":8080,"l":[null]}',
    });
  });

  it('cannot have what is not there', () => {
    expect(render({ body: { a: '{{inputs.missing}}' } })).toMatchObject({ code: 'FieldNotFound' });
  });
});
