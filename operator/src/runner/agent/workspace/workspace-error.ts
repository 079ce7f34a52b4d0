/** The workspace cannot be filled: it is not there now, or what the task says of it cannot be used at all. */
export class WorkspaceError extends Error {
  override readonly name = 'WorkspaceError';
  readonly reason: 'WorkspaceUnavailable' | 'WorkspaceInvalid';

  constructor(reason: WorkspaceError['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

export const unavailable = (message: string): WorkspaceError => new WorkspaceError('WorkspaceUnavailable', message);

export const invalid = (message: string): WorkspaceError => new WorkspaceError('WorkspaceInvalid', message);
