/** The names of the API, apart from its schemas: what needs nothing else of it does not load zod. */

/** The API group of every kind of Conclave. */
export const group = 'conclave.dev';
/** The one version of the API so far. */
export const version = 'v1alpha1';
/** What `apiVersion` says in every object of Conclave. */
export const apiVersion = `${group}/${version}` as const;
