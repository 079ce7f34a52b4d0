import { z } from 'zod';

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, "is not 'sha256:' and 64 hexadecimal digits");
const namespace = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'is not the name of a namespace');
const uid = z.string().regex(/^[0-9A-Za-z-]{1,64}$/, 'is not a UID');
const number = (max: number) => z.coerce.number().int().min(0).max(max);

/** Addresses of an artifact. */
export const artifactParameters = z.object({ digest });

/** The WorkItem that a request is about. */
export const scopeQuery = z.object({ namespace: namespace.optional(), workItem: uid.optional() });

/** A WorkItem in an address. */
export const workItemParameters = z.object({ namespace, uid });

/** A page of WorkItems: those after one, `namespace/uid`. */
export const scopesQuery = z.object({
  after: z
    .string()
    .regex(/^[a-z0-9-]{1,63}\/[0-9A-Za-z-]{1,64}$/, "is not 'namespace/uid'")
    .optional(),
  limit: number(1000).min(1).default(100),
});

/** The key of a cache. */
export const cacheParameters = z.object({
  key: z.string().regex(/^[A-Za-z0-9:._-]{1,256}$/, 'has other characters than A-Z a-z 0-9 : . _ -, or more than 256'),
});

/** What a cache points to, and for how long. */
export const cacheBody = z.strictObject({ outputsDigest: digest, ttlSeconds: z.int().min(1).max(31_536_000) });

/** The namespace that events are for. */
export const eventQuery = z.object({ namespace: namespace.optional() });

/** Which entries of a list that grows are read. `wait` is in seconds. */
export const pollQuery = z.object({
  after: number(Number.MAX_SAFE_INTEGER).default(0),
  limit: number(1000).min(1).default(100),
  wait: number(60).default(0),
});
