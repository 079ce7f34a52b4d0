import { CloudEvent, type CloudEventV1 } from 'cloudevents';
import { z } from 'zod';
import { Refusal } from './refusal.ts';

/** A CloudEvent (version 1.0) that was found good. */
export interface ParsedEvent {
  readonly source: string;
  readonly id: string;
  readonly type: string;
  /** The whole event as JSON text, in the structured mode. */
  readonly event: string;
}

/** A request that carries events. */
export interface EventMessage {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

const mostEvents = 100;
const largestEventBytes = 64 * 1024;
const deepestData = 32;

/** Control characters have no place in attributes: they end up in logs, conditions and terminals. */
const attribute = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'contains control characters');

const eventSchema = z
  .object({
    specversion: z.literal('1.0'),
    id: attribute(256),
    source: attribute(1024),
    type: attribute(256),
    subject: attribute(1024).optional(),
    time: z.iso.datetime({ offset: true }).max(40).optional(),
    datacontenttype: attribute(128).optional(),
    dataschema: attribute(1024).optional(),
    data: z.unknown().optional(),
    data_base64: z.base64().optional(),
  })
  .catchall(z.union([attribute(1024), z.boolean(), z.int()]));

/** The events of a request, in structured, binary or batch mode; hostile until parsed. @throws Refusal 400, 413 or 415 */
export function parseCloudEvents(message: EventMessage): ParsedEvent[] {
  const candidates = readCandidates(message);
  if (candidates.length > mostEvents) throw tooLarge(`more than ${mostEvents} events`);
  return candidates.map((candidate, index) => parseEvent(candidate, `event ${index + 1}`));
}

function readCandidates({ headers, body }: EventMessage): unknown[] {
  const contentType = mediaType(headers['content-type']);
  if (contentType === 'application/cloudevents-batch+json') {
    const events = parseJson(body);
    if (Array.isArray(events)) return events as unknown[];
    throw invalid('a batch is a JSON array of events');
  }
  if (contentType === 'application/cloudevents+json') return [parseJson(body)];
  if (headers['ce-specversion'] !== undefined) return [readBinary(headers, body)];
  throw new Refusal({
    status: 415,
    reason: 'NotACloudEvent',
    message: 'this is no CloudEvent',
    hint: 'send application/cloudevents+json, application/cloudevents-batch+json, or the headers ce-id, ce-source, …',
  });
}

/** Binary mode: attributes are headers, percent-encoded (HTTP protocol binding, section 3.1.3.2); the body is the data. */
function readBinary(headers: EventMessage['headers'], body: Buffer): unknown {
  const attributes = Object.entries(headers)
    .filter(([name]) => name.startsWith('ce-'))
    .map(([name, value]) => [name.slice('ce-'.length), decodeHeader(String(value))]);
  const contentType = headers['content-type'];
  return {
    ...Object.fromEntries(attributes),
    ...(contentType === undefined ? {} : { datacontenttype: String(contentType) }),
    ...readData(mediaType(contentType), body),
  };
}

function readData(contentType: string, body: Buffer): object {
  if (body.length === 0) return {};
  if (/[/+]json$/.test(contentType)) return { data: parseJson(body) };
  if (contentType.startsWith('text/')) return { data: decodeText(body) };
  return { data_base64: body.toString('base64') };
}

function parseEvent(candidate: unknown, which: string): ParsedEvent {
  const { data, success, error } = eventSchema.safeParse(candidate);
  if (!success) {
    const [issue] = error.issues;
    throw invalid(`${which}: ${[issue?.path.join('.') ?? '', issue?.message ?? ''].filter(Boolean).join(': ')}`);
  }
  if (data.data !== undefined && data.data_base64 !== undefined) throw invalid(`${which}: both data and data_base64`);
  requireShallow(data.data, which);
  requireConformity(data, which);
  const event = JSON.stringify(data);
  if (Buffer.byteLength(event) > largestEventBytes)
    throw tooLarge(`${which} is larger than ${largestEventBytes} bytes`);
  return { source: data.source, id: data.id, type: data.type, event };
}

/** What the specification demands beyond shapes: URI references, timestamps, names of extensions. */
function requireConformity(event: z.output<typeof eventSchema>, which: string): void {
  try {
    new CloudEvent(event as Partial<CloudEventV1<unknown>>, true);
  } catch (error) {
    throw invalid(`${which}: ${error instanceof Error ? firstLine(error.message) : 'not a CloudEvent'}`);
  }
}

/** Whatever reads it later may be recursive. */
function requireShallow(data: unknown, which: string): void {
  let level: unknown[] = [data];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > deepestData) throw invalid(`${which}: data is nested deeper than ${deepestData} levels`);
    level = level.filter(isObject).flatMap((value): unknown[] => Object.values(value));
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(decodeText(body));
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw invalid('the body is not JSON');
  }
}

function decodeText(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw invalid('the body is not UTF-8');
  }
}

function decodeHeader(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw invalid('a ce- header is not percent-encoded UTF-8');
  }
}

function mediaType(header: string | string[] | undefined): string {
  return (
    String(header ?? '')
      .split(';', 1)[0]
      ?.trim()
      .toLowerCase() ?? ''
  );
}

function firstLine(text: string): string {
  return text.split('\n').slice(0, 2).join(' ').slice(0, 512);
}

function invalid(message: string): Refusal {
  return new Refusal({ status: 400, reason: 'InvalidEvent', message, hint: 'see https://cloudevents.io, version 1.0' });
}

function tooLarge(message: string): Refusal {
  return new Refusal({ status: 413, reason: 'TooLarge', message, hint: 'send less, and large data as an artifact' });
}
