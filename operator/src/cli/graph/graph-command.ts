import type { CommandContext, CommandSetup } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { Failure, failureCodes } from '../failure.ts';
import { outputOption } from '../output-option.ts';
import type { Drawable } from './find-drawable.ts';

const formats = ['mermaid', 'dot', 'svg'] as const;

interface GraphOptions {
  readonly filename?: readonly string[];
  readonly output: (typeof formats)[number];
  readonly pipeline?: string;
}

const help = `
Arrows: drawn through, a step waits until the other has succeeded; dashed, until it has ended (inside \`or\`); the rest
activate a step or send the run back. Steps with a dashed outline run only when something activates them.

Exit codes: 0 drawn, 1 invalid or too large, 2 wrong usage or unreadable.

Examples:
  conclave graph -f pipeline.yaml -o svg > pipeline.svg
  conclave graph -f pipeline.yaml -o dot | dot -Tpng > pipeline.png
  kubectl get pipeline demo -o yaml | conclave graph -f -`;

/** `conclave graph`: a pipeline as a picture. */
export const graphCommand: CommandSetup = (command, context) => {
  command
    .argument('[paths...]', 'files and folders, as with -f')
    .option('-f, --filename <path>', 'a file or a folder; - for standard input; may be repeated', collect)
    .addOption(outputOption(formats))
    .option('--pipeline <name>', 'which pipeline, when there are several')
    .addHelpText('after', help)
    .action((paths: readonly string[], options: GraphOptions) =>
      graph([...(options.filename ?? []), ...paths], options, context),
    );
};

const collect = (path: string, before: readonly string[] = []) => [...before, path];

async function graph(
  paths: readonly string[],
  { output, pipeline }: GraphOptions,
  { terminal, finish }: CommandContext,
): Promise<void> {
  const [{ loadManifests }, { tellVerdict }, { findDrawable }] = await Promise.all([
    import('../sources/load-manifests.ts'),
    import('../sources/tell-verdict.ts'),
    import('./find-drawable.ts'),
  ]);
  const { manifests, report } = await loadManifests(paths, terminal);
  if (tellVerdict(report, terminal, false)) terminal.out(await draw(findDrawable(manifests, pipeline), output));
  else finish(exitCodes.invalid);
}

async function draw({ name, spec }: Drawable, output: GraphOptions['output']): Promise<string> {
  const { drawPipeline } = await import('../../core/drawing/draw-pipeline.ts');
  const drawing = drawPipeline(spec, spec.displayName ?? name);
  if (output === 'mermaid') return (await import('../../core/drawing/render-mermaid.ts')).renderMermaid(drawing);
  if (output === 'dot') return (await import('../../core/drawing/render-dot.ts')).renderDot(drawing);
  const rendered = (await import('../../core/drawing/render-svg.ts')).renderSvg(drawing);
  if ('svg' in rendered) return rendered.svg;
  const { code: reason, message, hint } = rendered.issue;
  throw new Failure({
    ...{ exitCode: exitCodes.invalid, code: failureCodes.invalid, reason, message },
    ...(hint !== undefined && { hint }),
  });
}
