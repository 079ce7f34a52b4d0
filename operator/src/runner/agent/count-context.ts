import type { AgentWork, ModelAccess } from '../../api/runner-work.ts';
import type { RunnerTask } from '../../api/runner-task.ts';
import { countRecords, keepRecords, shortenPack } from '../../core/context/shorten-pack.ts';
import { countTokens, type Counting } from './count-tokens.ts';
import type { Secrets } from './secrets.ts';
import type { Transcript } from './transcript.ts';

type Pack = NonNullable<AgentWork['context']>;
type Work = RunnerTask['work'];

/** What a pack is counted with. */
export interface CountingParts {
  readonly secrets: Secrets;
  readonly transcript: Pick<Transcript, 'add'>;
  readonly signal: AbortSignal;
  readonly headers: Readonly<Record<string, string>>;
}

/** Time for all of the counting, in milliseconds: a server that is busy leaves the estimate. */
const mostMs = 2_000;

/** Times that the beginning of a record alone is made shorter. */
const mostCuts = 3;

/**
 * The work with its context pack no larger than it may be by the tokens of the models that read it: the operator has cut it by
 * an estimate. Where no server counts, that stays. It never fails, and the transcript says how it was counted.
 */
export async function withCountedContext(work: Work, parts: CountingParts): Promise<Work> {
  if (!('context' in work) || work.context?.maxTokens === undefined) return work;
  const { transcript, secrets, headers } = parts;
  const signal = AbortSignal.any([parts.signal, AbortSignal.timeout(mostMs)]);
  const models = modelsReading(work);
  const counter = new PackCounter(models, { secrets, headers, signal });
  const { context, note } = await counter.fit(work.context);
  transcript.add({ kind: 'note', text: note });
  return { ...work, context };
}

class PackCounter {
  readonly #models: readonly ModelAccess[];
  readonly #counting: Counting;
  /** No server has counted when it was asked last. */
  #isSilent = false;

  constructor(models: readonly ModelAccess[], counting: Counting) {
    [this.#models, this.#counting] = [models, counting];
  }

  /** As many of its records as fit, from the first on; of the first alone its beginning. */
  async fit(pack: Pack): Promise<Fitted> {
    const whole = await this.#countPack(pack);
    if (whole === undefined) return { context: pack, note: this.#estimated(pack) };
    if (this.#fits(whole)) return { context: whole.pack, note: tell(whole, pack) };
    const fitting = (await this.#mostRecords(pack)) ?? (await this.#beginning(pack));
    if (fitting !== undefined) return { context: fitting.pack, note: tell(fitting, pack) };
    if (this.#isSilent) return this.#byRatio(pack, whole.tokens);
    return { context: undefined, note: `No record of the context pack fits into ${pack.maxTokens ?? 0} tokens.` };
  }

  /** By halves: each is a question to the server. One that has stopped to answer leaves what is known to fit. */
  async #mostRecords(pack: Pack): Promise<Counted | undefined> {
    let [fitting, tooMany] = [0, countRecords(pack)];
    let best: Counted | undefined;
    while (tooMany - fitting > 1) {
      const middle = Math.floor((fitting + tooMany) / 2);
      const counted = await this.#countPack(keepRecords(pack, middle));
      if (counted === undefined) break;
      if (this.#fits(counted)) [best, fitting] = [counted, middle];
      else tooMany = middle;
    }
    return best;
  }

  async #beginning(pack: Pack): Promise<Counted | undefined> {
    let shorter: Pack | undefined = keepRecords(pack, 1);
    for (let cuts = 0; cuts <= mostCuts && shorter !== undefined; cuts += 1) {
      const counted: Counted | undefined = await this.#countPack(shorter);
      if (counted === undefined || this.#fits(counted)) return counted;
      const share = (pack.maxTokens ?? 0) / counted.tokens;
      // A little less than what is measured: the part that is kept may be denser than the whole.
      shorter = shortenPack(shorter, Math.floor(shorter.text.length * share * 0.95));
    }
    return undefined;
  }

  /** As long as what was counted of the whole lets hope. */
  #byRatio(pack: Pack, tokens: number): Fitted {
    const { text, maxTokens = 0 } = pack;
    const context = shortenPack(pack, Math.floor((text.length * maxTokens) / tokens));
    return { context, note: this.#estimated({ ...pack, tokens: Math.min(tokens, maxTokens) }) };
  }

  #fits({ tokens, pack: { maxTokens = Infinity } }: Counted): boolean {
    return tokens <= maxTokens;
  }

  /** The most that one of the models counts; undefined where none does. */
  async #countPack(pack: Pack): Promise<Counted | undefined> {
    const counts = await Promise.all(
      this.#models.map(async (model): Promise<Counted[]> => {
        const tokens = await countTokens(pack.text, model, this.#counting);
        return tokens === undefined ? [] : [{ tokens, model: model.name, pack: { ...pack, tokens } }];
      }),
    );
    const most = counts.flat().toSorted((one, other) => other.tokens - one.tokens)[0];
    this.#isSilent = most === undefined;
    return most;
  }

  #estimated({ tokens }: Pack): string {
    const names = this.#models.map(({ name }) => `'${name}'`).join(', ');
    return `The context pack counts as ${tokens} tokens by an estimate: no server of ${names} has counted it in time.`;
  }
}

interface Fitted {
  readonly context: Pack | undefined;
  readonly note: string;
}

/** A pack with its size by the model that counts most. */
interface Counted {
  readonly pack: Pack;
  readonly tokens: number;
  readonly model: string;
}

function tell({ pack, tokens, model }: Counted, before: Pack): string {
  const isCut =
    pack.text === before.text ? '' : ` It was cut to ${pack.sources.length} of ${before.sources.length} records.`;
  return `The context pack has ${tokens} tokens of '${model}', of ${before.maxTokens ?? 0} that it may have.${isCut}`;
}

/** The models that are told of the pack, each once. */
function modelsReading(work: Exclude<Work, { kind: 'code' | 'method' }>): readonly ModelAccess[] {
  const named = new Map(modelsOf(work).map((model) => [JSON.stringify([model.url, model.name]), model]));
  return [...named.values()];
}

function modelsOf(work: Exclude<Work, { kind: 'code' | 'method' }>): readonly ModelAccess[] {
  switch (work.kind) {
    case 'agent':
      return [work.role.model, ...(work.graph?.nodes ?? []).flatMap(({ model }) => model ?? [])];
    case 'flow':
      return work.completions.map(({ model }) => model);
    case 'council':
      return [...work.members.map(({ role }) => role.model), ...(work.judge === undefined ? [] : [work.judge.model])];
  }
}
