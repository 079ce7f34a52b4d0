import canonicalize from 'canonicalize';
import { escapeInline } from './escape-markdown.ts';
import { fillMarkdown, fillTitle } from './fill-template.ts';
import { findExcess } from './find-excess.ts';
import { layOutValue } from './lay-out-value.ts';
import type { OutputDocument, OutputFormat, OutputRequest, Planned } from './output-document.ts';
import { wordsOf } from './plain-text.ts';
import { planGraph } from './plan-graph.ts';
import { planTable } from './plan-table.ts';

const LONGEST_TITLE = 300;

/** Decides what an `output` step makes of its inputs; issues name the input or the field of the template at fault. */
export function planDocument(request: OutputRequest): Planned<OutputDocument> {
  const excess = findExcess(request.inputs);
  if (excess !== undefined) return { issues: [excess] };
  const title = titleOf(request);
  if ('issues' in title) return title;
  return planners[request.format](request, { name: nameOf(request), title: title.planned });
}

interface Heading {
  readonly name: string;
  readonly title: string;
}

type Planner = (request: OutputRequest, heading: Heading) => Planned<OutputDocument>;

const planners: Readonly<Record<OutputFormat, Planner>> = {
  pdf_report: (request, heading) => planText('pdf_report', request, heading),
  markdown: (request, heading) => planText('markdown', request, heading),
  csv_dataset: ({ inputs, template }, heading) => {
    const table = planTable(inputs, template?.columns);
    return 'issues' in table ? table : { planned: { format: 'csv_dataset', ...heading, ...table.planned } };
  },
  json: ({ inputs }, heading) => ({ planned: { format: 'json', ...heading, json: renderJson(inputs) } }),
  graph_visualization: ({ inputs }, heading) => {
    const graph = planGraph(inputs, heading.title);
    return 'issues' in graph
      ? graph
      : { planned: { format: 'graph_visualization', ...heading, drawing: graph.planned } };
  },
};

function titleOf({ template, inputs, step }: OutputRequest): Planned<string> {
  const filled = template?.title === undefined ? { planned: wordsOf(step) } : fillTitle(template.title, inputs);
  return 'issues' in filled ? filled : { planned: filled.planned.slice(0, LONGEST_TITLE).toWellFormed() };
}

/** Safe as the name of a file anywhere. */
function nameOf({ workItem, step }: OutputRequest): string {
  return `${workItem}-${step}`.replaceAll(/[^A-Za-z0-9_.-]+/g, '-').slice(0, 200);
}

/** A title of the template stands above its content; without one the content has its own, where it begins so. */
function planText(
  format: 'pdf_report' | 'markdown',
  { template, inputs, step, workItem, createdAt }: OutputRequest,
  heading: Heading,
): Planned<OutputDocument> {
  const about = `Step *${escapeInline(step)}* of *${escapeInline(workItem)}*`;
  const body =
    template?.content === undefined
      ? { planned: `${about}\n\n${layOutValue(inputs, 2)}` }
      : fillMarkdown(template.content, inputs);
  if ('issues' in body) return body;
  const hasOwnTitle = template?.title === undefined && /^\s*# /.test(body.planned);
  const markdown = hasOwnTitle
    ? body.planned
    : `# ${escapeInline(heading.title)}\n\n${body.planned.replace(/^\n+/, '')}`;
  return { planned: { format, ...heading, markdown: `${markdown.trimEnd()}\n`, createdAt } };
}

/** Canonical JSON (RFC 8785) with space: the same value gives the same text. */
function renderJson(value: unknown): string {
  return `${JSON.stringify(JSON.parse(canonicalize(value) ?? 'null'), null, 2)}\n`;
}
