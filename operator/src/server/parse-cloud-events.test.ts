import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCloudEvents } from './parse-cloud-events.ts';
import { Refusal } from './refusal.ts';

const good = { specversion: '1.0', id: '1', source: '/s', type: 'done' };
const structured = (body: unknown, contentType = 'application/cloudevents+json') =>
  parseCloudEvents({
    headers: { 'content-type': contentType },
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  });
const binary = (headers: Record<string, string>, body: string | Buffer = '') =>
  parseCloudEvents({
    headers: { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/s', 'ce-type': 'done', ...headers },
    body: Buffer.from(body),
  });
const eventIn = ([parsed]: ReturnType<typeof parseCloudEvents>) => JSON.parse(parsed!.event) as unknown;

function refusal(parse: () => unknown): Refusal['details'] {
  try {
    parse();
  } catch (error) {
    if (error instanceof Refusal) return error.details;
    throw error;
  }
  throw new Error('it was taken in');
}

describe('an event', () => {
  it('may be structured', () => {
    const event = { ...good, subject: 'x', time: '2026-01-05T08:00:00Z', data: { a: [1, null, false] }, tenant: 'a' };
    expect(eventIn(structured(event))).toEqual(event);
    expect(structured(event, 'Application/CloudEvents+JSON; charset=UTF-8')).toHaveLength(1);
  });

  it('may be binary, its attributes percent-encoded', () => {
    const headers = { 'ce-subject': 'caf%C3%A9', 'content-type': 'application/json' };
    expect(eventIn(binary(headers, '{"a":0}'))).toEqual({
      ...{ ...good, subject: 'café', datacontenttype: 'application/json' },
      data: { a: 0 },
    });
  });

  it('keeps data that is no text as Base64, and text as it is', () => {
    const bytes = Buffer.of(0, 255);
    expect(eventIn(binary({ 'content-type': 'image/png' }, bytes))).toMatchObject({ data_base64: 'AP8=' });
    expect(eventIn(binary({ 'content-type': 'text/plain' }, 'hi'))).toMatchObject({ data: 'hi' });
    expect(eventIn(structured({ ...good, data_base64: 'AP8=' }))).toMatchObject({ data_base64: 'AP8=' });
  });

  it('may come with others in a batch', () => {
    const batch = [good, { ...good, id: '2' }];
    expect(structured(batch, 'application/cloudevents-batch+json').map(({ id }) => id)).toEqual(['1', '2']);
  });
});

describe('what is refused', () => {
  const cases: Record<string, { body: unknown; says: string }> = {
    'no id': { body: { ...good, id: undefined }, says: 'event 1: id' },
    'an empty id': { body: { ...good, id: '' }, says: 'event 1: id' },
    'another version': { body: { ...good, specversion: '0.3' }, says: 'specversion' },
    'a source that is no URI reference': { body: { ...good, source: 'a b' }, says: 'event 1' },
    'a type with control characters': { body: { ...good, type: 'a\u001b[31m' }, says: 'control characters' },
    'a time that is none': { body: { ...good, time: 'yesterday' }, says: 'time' },
    'an extension that is an object': { body: { ...good, more: { a: 1 } }, says: 'more' },
    'an extension with a bad name': { body: { ...good, 'Bad-Name': 'x' }, says: 'Bad-Name' },
    'data twice': { body: { ...good, data: 1, data_base64: 'AA==' }, says: 'both' },
    'no object': { body: 'null', says: 'event 1' },
    'no JSON': { body: '{', says: 'not JSON' },
    'a prototype': { body: '{"__proto__":{"specversion":"1.0"},"id":"1","source":"s","type":"t"}', says: 'event 1' },
  };
  it.each(Object.entries(cases))('%s', (_, { body, says }) => {
    const { status, message } = refusal(() => structured(body));
    expect(status).toBe(400);
    expect(message).toContain(says);
  });

  it('data that is nested so deep that readers would fall over', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const body = JSON.stringify(good).replace('}', `,"data":${deep}}`);
    expect(refusal(() => structured(body)).message).toContain('nested deeper than 32');
  });

  it('what is too large, and too many at once', () => {
    expect(refusal(() => structured({ ...good, data: 'x'.repeat(70_000) })).status).toBe(413);
    const many = Array.from({ length: 101 }, (_, index) => ({ ...good, id: String(index) }));
    expect(refusal(() => structured(many, 'application/cloudevents-batch+json')).status).toBe(413);
  });

  it('a batch that is none, bytes that are not UTF-8, headers that are not encoded', () => {
    expect(refusal(() => structured(good, 'application/cloudevents-batch+json')).message).toContain('array');
    expect(refusal(() => binary({ 'content-type': 'text/plain' }, Buffer.of(0xff))).message).toContain('UTF-8');
    expect(refusal(() => binary({ 'ce-subject': '%' })).message).toContain('percent-encoded');
  });

  it('what is no CloudEvent at all', () => {
    expect(refusal(() => structured({}, 'application/json'))).toMatchObject({ status: 415, reason: 'NotACloudEvent' });
  });

  it('anything else, always as a refusal', () => {
    const types = ['application/cloudevents+json', 'application/cloudevents-batch+json', 'application/json'];
    const modes = fc.constantFrom(...types);
    fc.assert(
      fc.property(fc.json(), modes, fc.dictionary(fc.string(), fc.string()), (json, contentType, headers) => {
        try {
          parseCloudEvents({ headers: { ...headers, 'content-type': contentType }, body: Buffer.from(json) });
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal);
        }
      }),
    );
  });
});
