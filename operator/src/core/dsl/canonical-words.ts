import { pipelineKind } from '../../api/pipeline.ts';
import { workItemKind } from '../../api/work-item.ts';
import type { Issue, IssuePath } from '../issue.ts';
import { type SchemaNode, unwrapSchema } from '../validation/schema-view.ts';
import { snakeCase } from './field-forms.ts';

/** Names in quotes are the user's; other words may be names of fields. */
const WORDS = /"(?:[^"\\]|\\.)*"|'[\w.\-[\]*]+'|\b[a-z]+[A-Z]\w*\b/g;

/** An issue of a manifest in the words of the canonical form: its path there, and the fields by their names there. */
export function canonicalWords(issue: Issue, path: IssuePath): Issue {
  const { code, message, hint } = issue;
  // The values that are allowed are the same in both forms.
  const translate = code === 'InvalidValue' || code === 'UnknownType' ? (text: string) => text : translateWords;
  const [name, canonicalName] = [String(issue.path.at(-1)), String(path.at(-1))];
  const isRequired = code === 'RequiredField' && message.startsWith(`${name} `);
  const translated = isRequired ? `${canonicalName}${message.slice(name.length)}` : translate(message);
  const isCounted = code === 'OutOfRange' && name.endsWith('Seconds') && canonicalName.endsWith('_minutes');
  return {
    ...issue,
    path,
    message: isCounted ? `${translated}, counted in seconds` : translated,
    ...(hint !== undefined && { hint: translate(hint) }),
  };
}

function translateWords(text: string): string {
  return text.replaceAll(WORDS, (word) => (fieldNames().has(word) ? snakeCase(word) : word));
}

let names: ReadonlySet<string> | undefined;

/** Names of fields of a Pipeline or a WorkItem, at any depth. */
function fieldNames(): ReadonlySet<string> {
  names ??= new Set([...fieldsBelow(pipelineKind.spec), ...fieldsBelow(workItemKind.spec)]);
  return names;
}

function fieldsBelow(root: SchemaNode): Set<string> {
  const fields = new Set<string>();
  const seen = new Set<SchemaNode>();
  const pending = [root];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { core } = unwrapSchema(next);
    if (seen.has(core)) continue;
    seen.add(core);
    const { shape = {}, options = [], element, valueType } = core.def;
    for (const name of Object.keys(shape)) fields.add(name);
    pending.push(...Object.values(shape), ...options, ...[element, valueType].filter((inner) => inner !== undefined));
  }
  return fields;
}
