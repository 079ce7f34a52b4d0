import { LRUCache } from 'lru-cache';
import type { JsonObject } from '../api/json.ts';
import type { TenantSpec } from '../api/tenant.ts';
import { digestOf } from '../core/digest.ts';
import type { PolicyProblem, PolicyVerdict } from '../core/policy/read-policy-answer.ts';
import type { PolicyAnswer } from '../core/work-item/observed.ts';

type Engine = NonNullable<TenantSpec['safety']['policyEngine']>;

/** One question of a WorkItem to the policy engine of its namespace. */
export interface PolicyQuestion {
  readonly namespace: string;
  /** Path of the rule. */
  readonly rule: string;
  readonly input: JsonObject;
}

/** What answers are made from. */
export interface PolicyAnswersParts {
  /** The engine of a namespace, if it has one. */
  readonly engineOf: (namespace: string) => Engine | undefined;
  readonly ask: (question: PolicyQuestion & { readonly engine: Engine }) => Promise<PolicyVerdict | PolicyProblem>;
  readonly clock: () => Date;
  /** Told of each question that went to an engine. */
  readonly asked?: (result: 'allowed' | 'refused' | 'failed', durationMs: number) => void;
}

const defaultCacheSeconds = 300;
/** A question without an answer is asked anew so soon. */
const failureMs = 10_000;
const mostAnswers = 10_000;
const mostEngines = 1_000;
/** Questions that one engine is asked at the same time: whoever asks holds up a worker that serves all namespaces. */
const mostOpen = 2;
const busyMs = 1_000;
/** Rules of the lifecycles that Conclave brings: with no engine, only what the operator checks itself holds. */
const ownRules = 'conclave/';

/**
 * What the policy engines of namespaces say, kept for as long as their Tenants allow (`cacheSeconds`). Fails closed: no
 * engine, no answer and no clear answer are all a no, which says why.
 */
export class PolicyAnswers {
  readonly #parts: PolicyAnswersParts;
  /** Questions that each engine has not answered yet, and until when one that did not answer is not asked. */
  readonly #engines = new LRUCache<
    string,
    { open: number; silence?: { readonly untilMs: number; readonly answer: PolicyAnswer } }
  >({
    max: mostEngines,
  });
  readonly #answers = new LRUCache<string, { readonly answer: Promise<PolicyAnswer>; untilMs: number }>({
    max: mostAnswers,
  });

  constructor(parts: PolicyAnswersParts) {
    this.#parts = parts;
  }

  /** The answer to a question, from what is kept or from the engine itself. Never rejects. */
  async answer(question: PolicyQuestion): Promise<PolicyAnswer> {
    const engine = this.#parts.engineOf(question.namespace);
    if (engine === undefined) {
      if (question.rule.startsWith(ownRules)) return { allowed: true };
      const message = `no policy engine answers ${question.rule}: the Tenant names none in spec.safety.policyEngine`;
      return { allowed: false, message };
    }
    const key = digestOf({ engine, ...question });
    const held = this.#answers.get(key);
    if (held !== undefined && held.untilMs > this.#now()) return held.answer;
    const state = this.#stateOf(question.namespace, engine);
    const { silence } = state;
    if (silence !== undefined && silence.untilMs > this.#now()) return silence.answer;
    if (state.open >= mostOpen) return this.#busy(question.rule);
    // Those who ask meanwhile wait for the same answer.
    const entry = { answer: this.#ask({ ...question, engine }), untilMs: Infinity };
    this.#answers.set(key, entry);
    state.open += 1;
    const answer = await entry.answer;
    state.open -= 1;
    entry.untilMs = Date.parse(answer.until ?? '') || this.#now();
    return answer;
  }

  async #ask(question: PolicyQuestion & { readonly engine: Engine }): Promise<PolicyAnswer> {
    const startedAt = performance.now();
    const said = await this.#parts.ask(question).catch((error: unknown) => ({
      problem: `the policy engine could not be asked: ${error instanceof Error ? error.message : String(error)}`,
    }));
    const isProblem = 'problem' in said;
    const result = isProblem ? 'failed' : said.allowed ? 'allowed' : 'refused';
    this.#parts.asked?.(result, performance.now() - startedAt);
    const keptMs = isProblem ? failureMs : (question.engine.cacheSeconds ?? defaultCacheSeconds) * 1000;
    const until = new Date(this.#now() + keptMs).toISOString();
    if (!isProblem) return { ...said, until };
    const answer = { allowed: false, message: said.problem, until };
    this.#stateOf(question.namespace, question.engine).silence = { untilMs: Date.parse(until), answer };
    return answer;
  }

  #stateOf(namespace: string, engine: Engine) {
    const key = `${namespace} ${engine.url}`;
    const state = this.#engines.get(key) ?? { open: 0 };
    this.#engines.set(key, state);
    return state;
  }

  #busy(rule: string): PolicyAnswer {
    const until = new Date(this.#now() + busyMs).toISOString();
    return { allowed: false, message: `the policy engine is busy, and has not answered ${rule} yet`, until };
  }

  #now(): number {
    return this.#parts.clock().getTime();
  }
}
