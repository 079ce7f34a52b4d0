import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { PipelineSpec } from '../../api/pipeline.ts';
import { readInputs } from '../dry-run/read-values.ts';
import { exitCodes } from '../exit-codes.ts';
import { Failure, failureCodes } from '../failure.ts';
import type { Terminal } from '../terminal.ts';

/** What the command line gives as inputs. */
export interface GivenInputs {
  /** A file, or JSON as it stands. */
  readonly inputs?: string;
  /** `name=value`, each stronger than the file. */
  readonly input?: readonly string[];
}

/**
 * The inputs of a run: those of the file, and on top of them each one by itself. A text stays a text where the parameter is one;
 * otherwise what is JSON is read as such. @throws Failure
 */
export async function readRunInputs(
  { inputs, input = [] }: GivenInputs,
  { parameters = [] }: Pick<PipelineSpec, 'parameters'>,
  terminal: Terminal,
): Promise<JsonObject> {
  const fromFile = inputs === undefined ? {} : await readFile(inputs, terminal);
  const types = new Map(parameters.map(({ name, type }) => [name, type]));
  const single = input.map((text): [string, JsonValue] => {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (name === undefined || value === undefined)
      throw usage(`'${text}' is no input`, 'write it as name=value: -i region=eu');
    return [name, parseValue(value, types.get(name))];
  });
  return { ...fromFile, ...Object.fromEntries(single) };
}

async function readFile(file: string, terminal: Terminal): Promise<JsonObject> {
  const read = await readInputs(file, terminal);
  if ('inputs' in read) return read.inputs;
  const [{ line, column, message } = { line: 1, column: 1, message: 'it cannot be read' }] = read.findings;
  throw new Failure({
    ...{ exitCode: exitCodes.usage, code: failureCodes.invalid, reason: 'Unreadable' },
    message: `${file}:${line}:${column}: ${message}`,
  });
}

function parseValue(text: string, type: string | undefined): JsonValue {
  if (type === 'string') return text;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}

const usage = (message: string, hint: string) =>
  new Failure({ exitCode: exitCodes.usage, code: failureCodes.invalid, reason: 'Usage', message, hint });
