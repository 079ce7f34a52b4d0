import { Option } from 'commander';

/** `-o`: how the result is written; the first format is the default. */
export function outputOption(formats: readonly [string, ...string[]]): Option {
  return new Option('-o, --output <format>', 'how the result is written').choices(formats).default(formats[0]);
}

/** Whether the command line asks for JSON, also where it is too wrong to be parsed. */
export function wantsJson(words: readonly string[]): boolean {
  return words.some((word, index) => {
    if (word === '-o' || word === '--output') return words[index + 1] === 'json';
    return word === '-ojson' || word === '-o=json' || word === '--output=json';
  });
}
