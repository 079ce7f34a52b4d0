/**
 * Runs someone else's code; what it throws, or rejects with when it is asynchronous against its declaration, goes to
 * `report`. Neither of the two can hurt the caller.
 */
export function guard(run: () => unknown, report: (error: unknown) => void): void {
  const safeReport = (error: unknown): void => {
    try {
      report(error);
    } catch {
      // whoever observes must not hurt what is observed
    }
  };
  try {
    const result = run();
    if (result instanceof Promise) result.catch(safeReport);
  } catch (error) {
    safeReport(error);
  }
}
