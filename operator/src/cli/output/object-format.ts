import { InvalidArgumentError, Option } from 'commander';
import { JsonPathError, type JsonPathTemplate, parseTemplate } from './json-path-template.ts';

const words = ['text', 'wide', 'json', 'yaml', 'name'] as const;

/** How objects are written, as kubectl knows it: `text` is the default. */
export type ObjectFormat =
  | { readonly kind: Exclude<(typeof words)[number], 'name'> }
  | { readonly kind: 'name' }
  | { readonly kind: 'jsonpath'; readonly template: JsonPathTemplate };

const prefix = 'jsonpath=';

/** `-o`: how objects are written. */
export function objectFormatOption(formats: readonly (typeof words)[number][] = words): Option {
  const parse = (text: string): ObjectFormat => {
    if (text.startsWith(prefix)) return { kind: 'jsonpath', template: readTemplate(text.slice(prefix.length)) };
    const kind = formats.find((each) => each === text);
    if (kind === undefined) throw new InvalidArgumentError(`Allowed choices are ${formats.join(', ')}, jsonpath=….`);
    return { kind };
  };
  return new Option('-o, --output <format>', `how it is written: ${formats.join(', ')} or jsonpath={.a.b}`)
    .argParser(parse)
    .default({ kind: 'text' } satisfies ObjectFormat, 'text');
}

function readTemplate(text: string): JsonPathTemplate {
  try {
    return parseTemplate(text);
  } catch (error) {
    if (error instanceof JsonPathError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}

/** Whether a person reads it, and no program. */
export function isForPeople({ kind }: ObjectFormat): boolean {
  return kind === 'text' || kind === 'wide';
}
