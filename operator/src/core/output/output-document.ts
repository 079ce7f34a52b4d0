import type { JsonObject } from '../../api/json.ts';
import type { MethodSpec } from '../../api/method.ts';
import type { Step } from '../../api/step/step.ts';
import type { Drawing } from '../drawing/drawing.ts';
import type { Issue } from '../issue.ts';

/** What an `output` step makes. */
export type OutputFormat = Extract<Step, { type: 'output' }>['format'];

/** The layout that a Method of type `template` gives. */
export type OutputTemplate = Extract<MethodSpec, { type: 'template' }>['template'];

/** Everything that a document is made from. */
export interface OutputRequest {
  readonly format: OutputFormat;
  /** A plain layout without one. */
  readonly template?: OutputTemplate;
  /** The resolved inputs of the step. */
  readonly inputs: JsonObject;
  readonly step: string;
  readonly workItem: string;
  /** When the step began, as RFC 3339: the same at every attempt, so that the same inputs give the same bytes. */
  readonly createdAt: string;
}

interface DocumentBase {
  /** Name of its file without an ending: letters, digits, `-`, `_` and `.`. */
  readonly name: string;
  readonly title: string;
}

/** A text to read, in Markdown: what came from inputs is escaped in it. */
export interface TextDocument extends DocumentBase {
  readonly format: 'pdf_report' | 'markdown';
  readonly markdown: string;
  /** RFC 3339. */
  readonly createdAt: string;
}

/** A table, its cells as the file shows them. */
export interface TableDocument extends DocumentBase {
  readonly format: 'csv_dataset';
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A value as text. */
export interface JsonDocument extends DocumentBase {
  readonly format: 'json';
  readonly json: string;
}

/** A graph that is not laid out yet; small enough to be. */
export interface GraphDocument extends DocumentBase {
  readonly format: 'graph_visualization';
  readonly drawing: Drawing;
}

/** A document that is decided but not rendered: plain data, which can be sent to another thread. */
export type OutputDocument = TextDocument | TableDocument | JsonDocument | GraphDocument;

/** What was made of a part of a request, or what is wrong with it. */
export type Planned<T> = { readonly planned: T } | { readonly issues: readonly Issue[] };
