import { Command, type Option } from 'commander';
import type { CommandContext, CommandEntry } from '../command.ts';

/** Something that could stand where the cursor is. */
export interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** What is known beside the command line: names that only a cluster can tell. */
export interface CompletionSources {
  readonly commands: readonly CommandEntry[];
  /** Names of objects, by what an argument calls them; none where the cluster does not answer in time. */
  names(what: NamedThing, words: readonly string[]): Promise<readonly string[]>;
}

/** What arguments and options can name. */
export type NamedThing = 'work-item' | 'pipeline' | 'council' | 'namespace' | 'step';

/** Options whose values the cluster knows. */
const optionNames: Readonly<Record<string, NamedThing>> = {
  namespace: 'namespace',
  pipeline: 'pipeline',
  from: 'step',
};
const argumentNames: ReadonlySet<string> = new Set(['work-item', 'pipeline', 'council', 'step']);

/** What could stand in the place of the last word, which may be empty. Nothing is known of what names files. */
export async function complete(
  words: readonly string[],
  sources: CompletionSources,
  context: CommandContext,
): Promise<readonly Candidate[]> {
  const [first = '', ...rest] = words;
  const { commands } = sources;
  if (rest.length === 0) return startingWith(first, commandCandidates(commands));
  const entry = commands.find(({ name }) => name === first);
  if (entry === undefined) return first === 'help' ? startingWith(rest.at(-1) ?? '', commandCandidates(commands)) : [];
  const command = new Command(entry.name);
  (await entry.load())(command, context);
  return completeArguments(command, rest, (what) => sources.names(what, words));
}

const commandCandidates = (commands: readonly CommandEntry[]): readonly Candidate[] =>
  commands.map(({ name, summary }) => ({ value: name, description: summary }));

type Names = (what: NamedThing) => Promise<readonly string[]>;

async function completeArguments(
  command: Command,
  words: readonly string[],
  names: Names,
): Promise<readonly Candidate[]> {
  const current = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const option = optionOf(command, before.at(-1));
  if (option !== undefined) return startingWith(current, await valuesOf(option, names));
  if (current.startsWith('-')) return startingWith(current, command.options.map(candidateOf));
  const position = positionals(command, before).length;
  const name = command.registeredArguments[position]?.name() ?? '';
  return argumentNames.has(name) ? startingWith(current, plain(await names(name as NamedThing))) : [];
}

/** The option that a word is, where a value has to follow. */
function optionOf(command: Command, word: string | undefined): Option | undefined {
  return command.options.find(
    ({ short, long, required }) => required && word !== undefined && [short, long].includes(word),
  );
}

async function valuesOf({ argChoices, long, flags }: Option, names: Names): Promise<readonly Candidate[]> {
  if (argChoices !== undefined) return plain(argChoices);
  const what = optionNames[long?.replace(/^--/, '') ?? ''];
  if (what !== undefined) return plain(await names(what));
  return flags.includes('--output') ? plain(['text', 'wide', 'json', 'yaml', 'name', 'jsonpath=']) : [];
}

/** Words that are neither options nor their values. */
export function positionals(command: Command, words: readonly string[]): readonly string[] {
  return words.filter((word, index) => !word.startsWith('-') && optionOf(command, words[index - 1]) === undefined);
}

const candidateOf = ({ long, short, description }: Option): Candidate => ({ value: long ?? short ?? '', description });
const plain = (values: readonly string[]): readonly Candidate[] => values.map((value) => ({ value, description: '' }));
const startingWith = (start: string, candidates: readonly Candidate[]) =>
  candidates.filter(({ value }) => value.startsWith(start));

/** As shells and kubectl read it: a line each, what it means behind a tab, and last that no files are meant. */
export function renderCandidates(candidates: readonly Candidate[]): string {
  const lines = candidates.map(({ value, description }) => (description === '' ? value : `${value}\t${description}`));
  return [...lines, ':4', ''].join('\n');
}
