import type { JsonValue } from '../api/json.ts';
import { digestOf } from '../core/digest.ts';
import type { AttemptOutcome } from '../core/work-item/observed.ts';
import { PlannedRun } from './planned-run.ts';

/**
 * The same run where every result is uploaded, and where no artifact is at hand before a plan has asked for it: as after
 * each restart of an operator. Whatever is planned must come to the same.
 */
export class UploadingRun extends PlannedRun {
  /** Artifacts that plans have asked for since something last happened. Without initial value: the constructor plans already. */
  declare read: Map<string, JsonValue> | undefined;

  override settle(): this {
    this.read = new Map();
    for (let turn = 0; turn < 100; turn += 1) {
      const { size } = this.read;
      super.settle();
      if (this.read.size === size) return this;
    }
    throw new Error('the run reads without end');
  }

  override step(): this {
    super.step();
    for (const action of this.plan?.actions ?? []) {
      const content = action.kind === 'read-artifact' ? this.artifacts.get(action.digest) : undefined;
      if (action.kind === 'read-artifact' && content !== undefined) this.read?.set(action.digest, content);
    }
    return this;
  }

  override observed() {
    const { facts, ...observed } = super.observed();
    return { ...observed, facts: { ...facts, artifacts: this.read ?? new Map<string, JsonValue>() } };
  }

  override end(path: string, { outputs, ...outcome }: AttemptOutcome): this {
    if (outputs === undefined) return super.end(path, outcome);
    const digest = digestOf(outputs);
    this.artifacts.set(digest, outputs);
    return super.end(path, { ...outcome, outputsRef: { digest, sizeBytes: JSON.stringify(outputs).length } });
  }
}
