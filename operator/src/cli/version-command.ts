import process from 'node:process';
import { apiVersion } from '../api/kind.ts';
import type { CommandSetup } from './command.ts';
import { outputOption } from './output-option.ts';

/** `conclave version`: this program's version, and the API version that it speaks. */
export const versionCommand: CommandSetup = (command, { terminal, version }) => {
  command.addOption(outputOption(['text', 'json'])).action((options: { output: string }) => {
    const facts = { version, apiVersion, node: process.versions.node };
    terminal.out(
      options.output === 'json'
        ? `${JSON.stringify(facts, undefined, 2)}\n`
        : `conclave ${version}\nAPI ${apiVersion}\nNode ${facts.node}\n`,
    );
  });
};
