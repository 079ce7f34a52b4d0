import type { AgentWork } from '../../api/runner-work.ts';
import type { Verdict } from '../verdict.ts';
import type { AgentRun, ShellPlace, Tally } from './agent-run.ts';
import { CallWatch } from './graph/watch-calls.ts';
import { runAgent } from './run-agent.ts';
import type { ArtifactLibrary } from './tools/artifact-tool.ts';
import { knownFunctions } from './tools/known-functions.ts';
import type { ServedTools } from './tools/mcp/served-tools.ts';
import type { ShellLine } from './tools/shell/shell-line.ts';
import type { ToolFunction } from './tools/tool.ts';
import { Toolbox } from './tools/toolbox.ts';
import type { Tree } from './tools/tree.ts';
import type { WorkParts } from './work-parts.ts';

/** What the work of an agent is done with. */
export interface AgentSurroundings {
  readonly parts: WorkParts;
  readonly surroundings: Pick<AgentRun, 'workspace' | 'shell' | 'sendHttp' | 'serverPatience' | 'interruption'>;
  readonly tally: Tally;
}

/** Lets an agent work in a workspace that is filled first; what it has changed there is kept, however it ended. */
export async function doAgentWork(work: AgentWork, given: AgentSurroundings): Promise<Verdict> {
  const shell = shellOf(work, given);
  if (shell === undefined) return await workInTree(work, given, { tree: { workspace: given.surroundings.workspace } });
  const { ShellLine } = await import('./tools/shell/shell-line.ts');
  const line = await ShellLine.open(shell.socket);
  try {
    const { workspace, repository } = shell;
    return await workInTree(work, given, { tree: { workspace, repository, isQuiet: line.isQuiet }, line });
  } finally {
    line.close();
  }
}

/** Where an agent works, and the line to the shell that works there, too. */
interface WorkPlace {
  readonly tree: Tree;
  readonly line?: ShellLine;
}

async function workInTree(work: AgentWork, given: AgentSurroundings, place: WorkPlace): Promise<Verdict> {
  if (work.workspace === undefined) return await workWithTools(work, given, place);
  const { parts, tally } = given;
  const { interruption } = given.surroundings;
  const { tree } = place;
  const { fillWorkspace } = await import('./workspace/fill-workspace.ts');
  const filled = await fillWorkspace(work.workspace, parts, tree);
  if ('verdict' in filled) return filled.verdict;
  const { startCommit } = filled;
  try {
    return await workWithTools(work, given, place);
  } finally {
    if (startCommit !== undefined) {
      const { storeDiff } = await import('./workspace/store-diff.ts');
      const diff = await storeDiff({ tree, startCommit, parts, isHurried: interruption.aborted });
      if (diff !== undefined) tally.artifacts = [diff];
    }
  }
}

/** Gives an agent its tools, lets it work, and takes leave of what served them, however it ended. */
async function workWithTools(asked: AgentWork, given: AgentSurroundings, { tree, line }: WorkPlace): Promise<Verdict> {
  const { parts, surroundings, tally } = given;
  const library = libraryOf(asked, given);
  const work = library === undefined ? asked : withArtifactTool(asked);
  const shell = line && (await import('./tools/shell/shell-tool.ts')).shellFunctions(line);
  const watch = new CallWatch();
  const known = watch.over(knownFunctions(surroundings.sendHttp, { library, shell }));
  const served = await serveTools(work, given, known);
  const heard = served && watch.overServed(served);
  const toolbox = new Toolbox({ ...parts, role: work.role, known, served: heard, tree });
  tally.toolCalls = () => [...toolbox.counts];
  try {
    await served?.open();
    const { graph } = work;
    if (graph === undefined) return await runAgent(work, parts, toolbox);
    const { runGraph } = await import('./graph/run-graph.ts');
    return await runGraph({ work, graph, parts, toolbox, watch });
  } finally {
    await served?.close();
  }
}

/** Where the shell is, for a role that may use it in a pod that has it. */
function shellOf({ role }: AgentWork, { surroundings }: AgentSurroundings): ShellPlace | undefined {
  const isGiven = role.sandboxed === true && role.tools.some(({ name, mcp }) => name === 'shell' && mcp === undefined);
  return isGiven ? surroundings.shell : undefined;
}

/** The artifacts that the task names, for a role that may read them; each that is read is in the record of what was seen. */
function libraryOf(
  { artifacts = [], role }: AgentWork,
  { parts, tally }: AgentSurroundings,
): ArtifactLibrary | undefined {
  const { artifacts: service } = parts.task;
  if (artifacts.length === 0 || role.readsArtifacts === false || service === undefined) return undefined;
  const read = new Set<string>();
  tally.read = () => [...read];
  const onRead = ({ name, digest }: (typeof artifacts)[number]) => read.add(`${name}@${digest}`);
  return { artifacts, service, transcript: parts.transcript, onRead };
}

const withArtifactTool = (work: AgentWork): AgentWork => ({
  ...work,
  role: { ...work.role, tools: [...work.role.tools, { name: 'artifact' }] },
});

/** What speaks with MCP servers is loaded only for them. */
async function serveTools(
  { role: { tools } }: AgentWork,
  { parts, surroundings }: AgentSurroundings,
  known: readonly ToolFunction[],
): Promise<ServedTools | undefined> {
  if (tools.every(({ mcp }) => mcp === undefined)) return undefined;
  const { ServedTools } = await import('./tools/mcp/served-tools.ts');
  const taken = known.map(({ name }) => name);
  return new ServedTools({ ...parts, tools, taken, patience: surroundings.serverPatience });
}
