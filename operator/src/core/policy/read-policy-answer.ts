/** What a policy says to a question. */
export interface PolicyVerdict {
  readonly allowed: boolean;
  /** Why not, in the words of the policy. */
  readonly message?: string;
}

/** An answer of a policy engine that says nothing. */
export interface PolicyProblem {
  readonly problem: string;
}

const longestMessage = 512;

/**
 * Reads what OPA's REST API answers to `POST /v1/data/<rule>`: `{"result": …}`, a Boolean or an object with `allow` (or
 * `allowed`) and, if it likes, `message`, `reason` or `reasons`. Without `result` there is no such rule, or it is undefined
 * for this input; whatever is not a clear yes or no is a problem, and allows nothing.
 * See https://www.openpolicyagent.org/docs/rest-api#get-a-document-with-input.
 */
export function readPolicyAnswer(rule: string, body: string): PolicyVerdict | PolicyProblem {
  const answer = parseObject(body);
  if (answer === undefined) return { problem: `the policy engine's answer to ${rule} is no JSON object` };
  if (answer['result'] === undefined)
    return { problem: `the policy engine has no rule ${rule} that is defined for this WorkItem` };
  return (
    readResult(answer['result']) ?? {
      problem: `the rule ${rule} gives neither true nor false, nor an object with allow: true or false`,
    }
  );
}

function readResult(result: unknown): PolicyVerdict | undefined {
  if (typeof result === 'boolean') return { allowed: result };
  if (!isRecord(result)) return undefined;
  const said = [result['allow'], result['allowed']].filter((each) => each !== undefined);
  const [allowed] = said;
  // Two that differ are no clear answer.
  if (typeof allowed !== 'boolean' || said.some((each) => each !== allowed)) return undefined;
  const message = readMessage(result['message'] ?? result['reason'] ?? result['reasons']);
  return { allowed, ...(message === '' ? {} : { message }) };
}

function readMessage(said: unknown): string {
  const lines = (Array.isArray(said) ? said : [said]).filter((line) => typeof line === 'string');
  return lines.join('; ').slice(0, longestMessage);
}

function parseObject(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
