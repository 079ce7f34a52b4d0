/** Fields of a document in the canonical form that do not stand in a Pipeline's spec, in the order they are written. */
export const documentFields = ['pipeline_id', 'workspace_id', 'project_id', 'metadata', 'replay', 'work_item'] as const;

/** A field that stands in the document beside those of the spec. */
export type DocumentField = (typeof documentFields)[number];

/** Whether a key is one of them. */
export function isDocumentField(key: string): key is DocumentField {
  return (documentFields as readonly string[]).includes(key);
}
