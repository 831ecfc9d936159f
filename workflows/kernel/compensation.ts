/** Undo what was done, last first. */
import { CancellationScope } from '@temporalio/workflow';

interface Compensation {
  what: string;
  undo: () => Promise<void>;
}

/**
 * The compensations of one process. Each is added before the step that it undoes, since a step that failed may still have had its
 * effect; so each must also be harmless when there is nothing to undo.
 */
export class Compensations {
  private readonly steps: Compensation[] = [];

  add(what: string, undo: () => Promise<void>): void {
    this.steps.push({ what, undo });
  }

  /** Runs every compensation, last first, even when the workflow itself is being cancelled. `undo` is expected to wait for a person
   * rather than throw. */
  async unwind(): Promise<void> {
    await CancellationScope.nonCancellable(async () => {
      for (let step = this.steps.pop(); step !== undefined; step = this.steps.pop()) await step.undo();
    });
  }
}
