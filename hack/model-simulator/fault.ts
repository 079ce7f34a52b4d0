import { z } from 'zod';

const times = z.int().min(1).optional();
const ms = z.int().min(0).max(3_600_000);

const fault = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('latency'), ms: ms.default(1000), times }),
  z.strictObject({
    kind: z.literal('status'),
    status: z.int().min(400).max(599).default(500),
    ms: ms.optional(),
    times,
  }),
  z.strictObject({ kind: z.literal('hang'), ms: ms.optional(), times }),
  z.strictObject({ kind: z.literal('half-stream'), times }),
  z.strictObject({ kind: z.literal('wrong-json'), times }),
  z.strictObject({ kind: z.literal('wrong-arguments'), times }),
]);

/**
 * What goes wrong with an answer. `latency`: it comes `ms` later. `status`: an error instead, with `Retry-After` where
 * `ms` is given. `hang`: nothing comes; after `ms`, where given, the connection is cut. `half-stream`: it is cut in the
 * middle. `wrong-json`: what should be JSON is none. `wrong-arguments`: a tool is called with arguments that it does not
 * take. The next `times` requests have it, all of them without a number.
 */
export type Fault = z.output<typeof fault>;

export const faultSchema = fault;
