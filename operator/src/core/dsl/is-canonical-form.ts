/** Whether a document is a pipeline in the canonical form: it has a `pipeline_id`, or steps and no kind. */
export function isCanonicalForm(document: unknown): document is object {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return false;
  if (Object.hasOwn(document, 'apiVersion')) return false;
  return (
    Object.hasOwn(document, 'pipeline_id') || (Object.hasOwn(document, 'steps') && !Object.hasOwn(document, 'kind'))
  );
}
