import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib';
import { describeNetworkError, HttpCallFailed } from './http-call-failed.ts';

type Decode = (body: Buffer, limits: { readonly maxOutputLength: number }) => Promise<Buffer>;

const decoders: ReadonlyMap<string, Decode> = new Map<string, Decode>([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
  ['zstd', promisify(zstdDecompress)],
]);

/** What `decodeBody` can unpack, as a header asks for it. */
export const acceptedEncodings = 'gzip, br';

/**
 * The body of an answer, unpacked: never more than a number of bytes, however much is packed into it. Only one encoding is
 * taken, since each further one multiplies. Throws `AnswerTooLarge` and `AnswerUnreadable`.
 */
export async function decodeBody(body: Buffer, encoding: string | undefined, maxBytes: number): Promise<Buffer> {
  const name = encoding?.trim().toLowerCase() ?? '';
  if (name === '' || name === 'identity' || body.length === 0) return body;
  const decode = decoders.get(name);
  if (decode === undefined) throw new HttpCallFailed('AnswerUnreadable', `the answer is packed as ${clipped(name)}`);
  try {
    return await decode(body, { maxOutputLength: maxBytes });
  } catch (error) {
    throw isTooLarge(error) ? tooLarge(maxBytes) : unreadable(error);
  }
}

/** `AnswerTooLarge`, in words. */
export const tooLarge = (maxBytes: number) =>
  new HttpCallFailed('AnswerTooLarge', `the answer is larger than ${maxBytes} bytes`);

const isTooLarge = (error: unknown) =>
  error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';

const unreadable = (error: unknown) =>
  new HttpCallFailed('AnswerUnreadable', `the answer cannot be unpacked: ${describeNetworkError(error)}`, error);

const clipped = (name: string) => JSON.stringify(name.slice(0, 40));
