import type { JsonObject, JsonValue } from '../../../../api/json.ts';
import { findSchemaProblem } from '../../../../core/json-schema/validate-json.ts';
import { quote } from '../../../../core/quote.ts';

/** A tool of a server, as far as it is believed. */
export interface ServerTool {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonObject;
  /** The server says that it changes nothing. */
  readonly isReadOnly: boolean;
}

/** Characters that are taken: what a server writes is for it to choose, and stands in every request to the model. */
const most = { name: 128, description: 1024, schema: 16_384 } as const;

/** Tools of one server that are looked at. */
const mostTools = 512;

/** The tools that can be offered, and what is wrong with the others, in words. */
export function readTools(listed: readonly unknown[]): {
  readonly tools: readonly ServerTool[];
  readonly problems: readonly string[];
} {
  const tools = new Map<string, ServerTool>();
  const problems = listed.length > mostTools ? [`it lists ${listed.length} tools, and ${mostTools} are looked at`] : [];
  for (const [index, one] of listed.slice(0, mostTools).entries()) {
    const read = readTool(one, `the tool at ${index + 1}`);
    if (typeof read === 'string') problems.push(read);
    else if (tools.has(read.name)) problems.push(`${quote(read.name)} is listed more than once; the first counts`);
    else tools.set(read.name, read);
  }
  return { tools: [...tools.values()], problems };
}

function readTool(listed: unknown, where: string): ServerTool | string {
  if (!isObject(listed)) return `${where} is no object`;
  const { name, description, inputSchema, annotations } = listed;
  if (typeof name !== 'string' || name === '' || name.length > most.name)
    return `${where} has no name that can be used`;
  if (!isObject(inputSchema)) return `${quote(name)} has no schema of what it takes`;
  const problem = problemOf(inputSchema);
  if (problem !== undefined) return `the schema of what ${quote(name)} takes cannot be used: ${problem}`;
  const isReadOnly = isObject(annotations) && annotations['readOnlyHint'] === true;
  const told = typeof description === 'string' ? description.slice(0, most.description).toWellFormed() : '';
  return { name, description: told, parameters: inputSchema, isReadOnly };
}

function problemOf(schema: JsonObject): string | undefined {
  const problem = findSchemaProblem(schema);
  if (problem !== undefined) return problem.message;
  if (schema['type'] !== 'object') return 'it describes no object';
  // Not before its depth is known to be harmless.
  const { length } = JSON.stringify(schema);
  return length > most.schema ? `it has ${length} characters, and ${most.schema} are taken` : undefined;
}

/** JSON with each text in it changed: names of fields, too. Its depth has to be bounded. */
export function mapTexts(value: JsonValue, change: (text: string) => string): JsonValue {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((each: JsonValue) => mapTexts(each, change));
  if (!isObject(value)) return value;
  const fields = Object.entries(value);
  return Object.fromEntries(fields.map(([name, each]) => [change(name), mapTexts(each, change)]));
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
