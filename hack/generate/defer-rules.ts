import { omit } from './records.ts';
import { mapStructural, type StructuralSchema } from './structural-schema.ts';

/** An object with more fields than this is dear to CEL: each look at a field copies the schemas of all of them. */
const manyFields = 20;

/**
 * The schema without the rules that cost most, and with atomic lists. For the Pipeline that a WorkItem carries inline:
 * the API server judges the whole object again at each status write of the run. With 100 steps a write took 205 ms of
 * the server's time with the rules of a step's type, 33 ms without them, and 15 ms with atomic lists as well; the
 * operator checks the same before the run starts.
 */
export function deferRules(schema: StructuralSchema): StructuralSchema {
  const isDear = Object.keys(schema.properties ?? {}).length > manyFields;
  const light = isDear ? omit(schema, 'x-kubernetes-validations') : schema;
  return atomicList(mapStructural(light, deferRules));
}

/**
 * The schema with atomic lists only, as status has them: with list keys the server keeps a record of each entry's owner,
 * which halves the rate of status writes.
 */
export const atomicLists = (schema: StructuralSchema): StructuralSchema =>
  atomicList(mapStructural(schema, atomicLists));

function atomicList(schema: StructuralSchema): StructuralSchema {
  if (schema.type !== 'array') return schema;
  return { ...omit(schema, 'x-kubernetes-list-map-keys'), 'x-kubernetes-list-type': 'atomic' };
}
