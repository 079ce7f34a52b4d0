/** One verb on one kind of resource: `get pods`, `update workitems/status.conclave.dev`. */
export type Right = string;

/** Writes a right as people read it. */
export function formatRight(verb: string, resource: string, group: string): Right {
  return `${verb} ${resource}${group === '' ? '' : `.${group}`}`;
}
