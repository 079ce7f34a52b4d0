import type { Issue } from '../issue.ts';
import type { Position } from './line-index.ts';

/** An issue and where in the text it stands. */
export interface PlacedIssue extends Issue {
  readonly position: Position;
}

/** An issue whose path its finder does not know. */
export type PathlessIssue = Omit<Issue, 'path'>;
