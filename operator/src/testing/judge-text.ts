import { parseDocuments } from '../core/document/parse-documents.ts';
import { readManifests } from '../core/dsl/read-pipeline-documents.ts';
import { judge } from '../core/validation/judge.ts';
import type { Finding, Verdict } from '../core/validation/verdict.ts';
import { unknownWorld, type World } from '../core/validation/world.ts';

/** The verdict on the documents of a text, by all levels of validation. */
export function judgeText(text: string, known: World = unknownWorld): Verdict {
  const { documents, issues } = parseDocuments(text);
  return judge([{ issues, documents: readManifests(documents) }], known);
}

/** A Pipeline with these lines below `spec`. */
export function aPipelineText(spec: string): string {
  const head = 'apiVersion: conclave.dev/v1alpha1\nkind: Pipeline\nmetadata: {name: demo}\nspec:\n';
  return `${head}${spec.replace(/^(?=.)/gm, '  ')}`;
}

/** Findings as short texts: `MayBeSkipped spec.steps[1].inputs.a.from`. */
export function codesAt(findings: readonly Finding[]): string[] {
  return findings.map(({ code, path }) => `${code} ${path}`);
}
