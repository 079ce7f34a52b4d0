import type { RunnerResult } from '../../api/runner-result.ts';
import type { Patience } from '../artifact-client.ts';
import type { ModelPatience } from './model-client.ts';
import type { TellingPauses } from './tell-progress.ts';
import type { SendHttp } from './tools/http-port.ts';
import type { ServerPatience } from './tools/mcp/server-of-tool.ts';

/** What is run, and with what. */
export interface AgentRun {
  /** The folder that the containers of the pod share. */
  readonly folder: string;
  /** Where the agent works; it is made when a tool needs it. */
  readonly workspace: string;
  /** Where it works instead, in a pod that has a shell beside it. */
  readonly shell?: ShellPlace | undefined;
  /** Of the task document, where it came as an artifact. */
  readonly taskDigest: string | undefined;
  /** Secrets are taken out of it. */
  readonly environment: NodeJS.ProcessEnv;
  /** Aborted when the pod is asked to end. */
  readonly interruption: AbortSignal;
  /** Calls hosts of the outside, and can be led nowhere else. */
  readonly sendHttp: SendHttp;
  readonly patience?: Patience | undefined;
  readonly modelPatience?: ModelPatience | undefined;
  readonly serverPatience?: ServerPatience | undefined;
  readonly tellingPauses?: TellingPauses | undefined;
}

/** Where an agent and the shell beside it meet. */
export interface ShellPlace {
  /** The Unix socket at which the agent listens. */
  readonly socket: string;
  /** The folder that both see. */
  readonly workspace: string;
  /** Git's own folder, which the agent alone sees; a folder of the name `.git`. */
  readonly repository: string;
}

/** What is told of work while it is done, so that it is known however the work ends. */
export interface Tally {
  toolCalls?: () => NonNullable<RunnerResult['toolCalls']>;
  artifacts?: NonNullable<RunnerResult['artifacts']>;
  /** Artifacts of its WorkItem that were read, as `<name>@<digest>`, in the order in which they were. */
  read?: () => readonly string[];
  deliberation?: NonNullable<RunnerResult['deliberation']>;
  ballot?: NonNullable<RunnerResult['ballot']>;
}
