import type { Answer } from './answer.ts';
import { contentAnswer, toolAnswer } from './answer.ts';
import { type ChatRequest, findTool, textOf } from './chat-request.ts';
import type { Fault } from './fault.ts';
import type { Condition, Rule } from './script.ts';

/** Who asks: the runner says so in the headers `x-conclave-role` and `x-conclave-step`. */
export interface Asker {
  readonly role: string | undefined;
  readonly step: string | undefined;
}

/** What is to be said to a request, and what is to go wrong with it. */
export interface Choice {
  /** Undefined where the script says nothing: then a random answer has to do. */
  readonly answer: Answer | undefined;
  readonly faults: readonly Fault[];
}

interface Demand {
  readonly when: Condition;
  readonly fault: Fault;
}

/** A fault and how often it still happens. */
interface ArmedFault extends Demand {
  left: number;
}

type Situation = Asker & { readonly request: ChatRequest; readonly call: number };

/** The script, the faults on demand, and how often each role has asked in each step. */
export class Playbook {
  readonly #rules: readonly { readonly rule: Rule; readonly armed: ArmedFault | undefined }[];
  #demanded: ArmedFault[] = [];
  readonly #calls = new Map<string, number>();

  constructor(rules: readonly Rule[]) {
    this.#rules = rules.map((rule) => ({
      rule,
      armed: 'fault' in rule.answer ? arm({ when: rule.when, fault: rule.answer.fault }) : undefined,
    }));
  }

  /** Faults on demand that may still happen. */
  get demanded(): readonly Demand[] {
    return this.#demanded.filter(({ left }) => left > 0).map(({ when, fault }) => ({ when, fault }));
  }

  demand(demand: Demand): void {
    this.#demanded.push(arm(demand));
  }

  clearDemanded(): void {
    this.#demanded = [];
  }

  /**
   * The first rule that matches says the answer. A fault that stands before it, and the first on demand, happen to that
   * answer; a fault that has happened so often as it should is as if it were not there.
   */
  choose(request: ChatRequest, asker: Asker): Choice {
    const situation = { ...asker, request, call: this.#count(asker) };
    const demanded = this.#demanded.find((armed) => armed.left > 0 && matches(armed.when, situation));
    const faults = demanded === undefined ? [] : [demanded];
    let answer: Answer | undefined;
    for (const { rule, armed } of this.#rules) {
      if (!matches(rule.when, situation)) continue;
      if (armed !== undefined) {
        if (armed.left > 0) faults.push(armed);
        continue;
      }
      answer = answerOf(rule);
      break;
    }
    for (const fault of faults) fault.left--;
    return { answer, faults: faults.map(({ fault }) => fault) };
  }

  #count({ role, step }: Asker): number {
    const key = JSON.stringify([role, step]);
    const call = (this.#calls.get(key) ?? 0) + 1;
    this.#calls.set(key, call);
    return call;
  }
}

const arm = (demand: Demand): ArmedFault => ({ ...demand, left: demand.fault.times ?? Number.POSITIVE_INFINITY });

function matches({ role, step, contains, tool, call }: Condition, situation: Situation): boolean {
  const { request } = situation;
  return (
    (role === undefined || role === situation.role) &&
    (step === undefined || step === situation.step) &&
    (call === undefined || call === situation.call) &&
    (tool === undefined || findTool(request, tool) !== undefined) &&
    (contains === undefined || request.messages.some((message) => textOf(message).includes(contains)))
  );
}

function answerOf({ answer }: Rule): Answer | undefined {
  if ('content' in answer) return contentAnswer(answer.content);
  if ('json' in answer) return contentAnswer(JSON.stringify(answer.json));
  return 'toolCalls' in answer ? toolAnswer(answer.toolCalls) : undefined;
}
