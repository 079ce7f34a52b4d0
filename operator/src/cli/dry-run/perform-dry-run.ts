import { agentRoleKind } from '../../api/agent-role.ts';
import { councilKind } from '../../api/council.ts';
import { methodKind } from '../../api/method.ts';
import { modelKind } from '../../api/model.ts';
import { pipelineKind } from '../../api/pipeline.ts';
import { tenantKind } from '../../api/tenant.ts';
import { workItemKind } from '../../api/work-item.ts';
import { dryRun } from '../../core/dry-run/dry-run.ts';
import type { DryRunReport } from '../../core/dry-run/dry-run-report.ts';
import { noMocks, type Mocks } from '../../core/dry-run/mocks.ts';
import { parseMocks } from '../../core/dry-run/parse-mocks.ts';
import type { SourceDocument } from '../../core/document/parse-documents.ts';
import type { ReadManifest } from '../../core/dsl/read-pipeline-documents.ts';
import type { Issue } from '../../core/issue.ts';
import { pipelineGraph } from '../../core/pipeline/pipeline-graph.ts';
import { toFinding } from '../sources/load-manifests.ts';
import { readSources } from '../sources/read-sources.ts';
import type { Terminal } from '../terminal.ts';
import { judgeSources } from '../validate/judge-sources.ts';
import { type Finding, isValid, type Report } from '../validate/report.ts';
import { chooseRun, type ChosenRun } from './choose-run.ts';
import type { DryRunOptions } from './dry-run-command.ts';
import { objectsOfKind } from './objects-of-kind.ts';
import { readInputs, readValues } from './read-values.ts';

/** How a run went, or why there was none: what is wrong with the files. */
export type PerformedDryRun = DryRunOutcome | { readonly verdict: Report };

interface DryRunOutcome {
  readonly title: string;
  readonly report: DryRunReport;
  /** What validation warns of. */
  readonly warnings: readonly Finding[];
}

/** Every run begins at the same time, so that it is the same each time. */
const startAt = new Date('2026-01-01T00:00:00.000Z');

/**
 * Reads the files that the command line names and runs what they hold.
 * @throws Failure when a file cannot be read, or the command line does not say what is run
 */
export async function performDryRun(
  paths: readonly string[],
  options: DryRunOptions,
  terminal: Terminal,
): Promise<PerformedDryRun> {
  const sources = await readSources(paths, terminal);
  const report = judgeSources(sources);
  if (!isValid(report)) return { verdict: report };
  const manifests = sources.flatMap((source) => source.manifests);
  const chosen = chooseRun(
    { pipelines: objectsOfKind(pipelineKind, manifests), workItems: objectsOfKind(workItemKind, manifests) },
    options,
  );
  const given = options.inputs === undefined ? { inputs: {} } : await readInputs(options.inputs, terminal);
  if ('findings' in given) return { verdict: withFindings(report, given.findings) };
  const mocked = options.mocks === undefined ? { mocks: noMocks } : await readMocks(options.mocks, chosen, terminal);
  if ('findings' in mocked) return { verdict: withFindings(report, mocked.findings) };
  const result = dryRun({
    ...requestFor(chosen, manifests),
    inputs: { ...chosen.inputs, ...given.inputs },
    mocks: mocked.mocks,
    startAt,
  });
  if ('report' in result) {
    const own = [...replayWarning(chosen), ...result.report.warnings];
    return { title: chosen.title, report: { ...result.report, warnings: own }, warnings: warningsOf(report) };
  }
  return { verdict: withFindings(report, 'place' in mocked ? result.issues.map(mocked.place) : []) };
}

function requestFor({ name, spec, workItem }: ChosenRun, manifests: readonly ReadManifest[]) {
  const { priority, project, slaSeconds } = workItem;
  const [tenant] = objectsOfKind(tenantKind, manifests);
  return {
    ...(name === undefined ? {} : { name }),
    spec,
    workItem: { priority, project, slaSeconds },
    roles: objectsOfKind(agentRoleKind, manifests),
    methods: objectsOfKind(methodKind, manifests),
    models: objectsOfKind(modelKind, manifests),
    councils: objectsOfKind(councilKind, manifests),
    ...(tenant === undefined ? {} : { safety: tenant.spec.safety }),
  };
}

/** What the run before gave is only known on a cluster. */
function replayWarning({ workItem }: ChosenRun): DryRunReport['warnings'] {
  if (workItem.replay === undefined) return [];
  const message = `the results of ${workItem.replay.workItemName} are not known here: every step runs`;
  return [{ code: 'ReplayIgnored', message }];
}

const warningsOf = ({ findings }: Report) => findings.filter(({ severity }) => severity === 'warning');

const withFindings = (report: Report, findings: readonly Finding[]): Report => ({
  ...report,
  findings: [...report.findings, ...findings],
});

type ReadMocks =
  { readonly mocks: Mocks; readonly place: (issue: Issue) => Finding } | { readonly findings: readonly Finding[] };

async function readMocks(file: string, { spec }: ChosenRun, terminal: Terminal): Promise<ReadMocks> {
  const read = await readValues('--mocks', file, terminal);
  if ('findings' in read) return read;
  const place = placerFor(file, read.document);
  const parsed = parseMocks(read.document.value, pipelineGraph(spec), spec.lifecycle);
  return 'mocks' in parsed ? { mocks: parsed.mocks, place } : { findings: parsed.issues.map(place) };
}

const placerFor = (file: string, document: SourceDocument) => (issue: Issue) =>
  toFinding(file, { ...issue, position: document.locate(issue.path, issue.atKey ? 'key' : 'value') });
