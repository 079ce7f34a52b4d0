import { dirname, join } from 'node:path';

/** A workspace, and where git keeps what it knows of it. */
export interface Tree {
  /** The folder that the agent works in. */
  readonly workspace: string;
  /**
   * Git's own folder, where it lies apart from the workspace because others than the runner write there; a folder of the name
   * `.git` too. By default it is that of the workspace.
   */
  readonly repository?: string | undefined;
  /** Whether none of those others is at it just now. */
  readonly isQuiet?: (() => boolean) | undefined;
}

/** Git's own folder. */
export const repositoryOf = ({ workspace, repository }: Tree): string => repository ?? join(workspace, '.git');

/** The folder that git's own lies in. */
export const aboveRepository = (tree: Tree): string => dirname(repositoryOf(tree));

/** Whether commands that nobody vouches for write in the workspace. */
export const isShared = ({ repository }: Tree): boolean => repository !== undefined;
