import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../hack/cluster/free-port.ts';
import { binaryPath, ensureBinary } from '../../hack/cluster/go-build.ts';
import { opaProgram } from '../../hack/cluster/go-programs.ts';
import { askPolicyEngine } from '../src/executors/http/ask-policy-engine.ts';
import { HttpCaller } from '../src/executors/http/http-caller.ts';

const policy = `package shop.deploys

allow if {
  input.lifecycle.state == "Approved"
  input.workItem.metadata.annotations["conclave.dev/change-ticket"] != ""
}

verdict := {"allow": false, "reasons": ["the freeze ends on Monday"]}

text := "yes"
`;

let engine: ChildProcess;
let url: string;

/** A real OPA, with one policy. */
beforeAll(async () => {
  const digest = await ensureBinary(opaProgram(), () => undefined);
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  engine = spawn(binaryPath('opa', digest), ['run', '--server', '--addr', `127.0.0.1:${port}`], { stdio: 'ignore' });
  while ((await fetch(`${url}/health`).catch(() => undefined))?.ok !== true) await sleep(50);
  const answer = await fetch(`${url}/v1/policies/shop`, { method: 'PUT', body: policy });
  if (!answer.ok) throw new Error(await answer.text());
});

afterAll(() => {
  engine.kill();
});

const caller = new HttpCaller({ allowLoopback: true });
const never = new AbortController().signal;
const inputOf = (state: string, annotations: Record<string, string> = {}) => ({
  ...{ workItem: { metadata: { annotations } }, lifecycle: { state } },
});
const ask = (rule: string, input = inputOf('Approved'), more: { url?: string; timeoutSeconds?: number } = {}) =>
  askPolicyEngine(caller, { engine: { url, ...more }, namespace: 'shop', rule, input }, never);

describe('a real OPA', () => {
  it('allows by a rule what its input allows', async () => {
    const ticket = { 'conclave.dev/change-ticket': 'CHG-1' };
    expect(await ask('shop/deploys/allow', inputOf('Approved', ticket))).toEqual({ allowed: true });
  });

  it('has no answer where a rule without a default does not hold: that is no yes', async () => {
    const problem = 'the policy engine has no rule shop/deploys/allow that is defined for this WorkItem';
    expect(await ask('shop/deploys/allow')).toEqual({ problem });
    expect(await ask('shop/deploys/allow', inputOf('Draft'))).toEqual({ problem });
  });

  it('refuses with its reasons', async () => {
    expect(await ask('shop/deploys/verdict')).toEqual({ allowed: false, message: 'the freeze ends on Monday' });
  });

  it.each(['shop/nothing', '..', '../policies', 'shop/deploys/allow?metrics', ''])(
    'allows nothing by %j, which is no rule',
    async (rule) => {
      expect(await ask(rule)).toHaveProperty('problem');
    },
  );

  it('allows nothing by what is neither yes nor no', async () => {
    expect(await ask('shop/deploys/text')).toHaveProperty('problem');
    expect(await ask('shop/deploys')).toHaveProperty('problem');
  });

  it('is not there: nothing is allowed, and the message says where it was looked for', async () => {
    const port = await freePort();
    const answer = await ask('shop/deploys/verdict', inputOf('Approved'), { url: `http://127.0.0.1:${port}` });
    expect(answer).toEqual({ problem: expect.stringContaining(`127.0.0.1:${port}`) as string });
  });
});
