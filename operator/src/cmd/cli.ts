#!/usr/bin/env node
/** The command `conclave`. Nothing is loaded before this Node is known to be able to run it. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `error: conclave needs Node 22.19 or later, and this is ${process.versions.node}\n` +
      '  hint: install a newer Node; inside the repository, `npx conclave` brings its own\n',
  );
  process.exitCode = 2;
} else {
  await keepCompiledCode();
  const [{ runCli }, { processTerminal }, { productVersion, shippedPath }] = await Promise.all([
    import('../cli/run-cli.ts'),
    import('../cli/terminal.ts'),
    import('./product-version.ts'),
  ]);
  process.exitCode = await runCli({
    words: process.argv.slice(2),
    terminal: processTerminal(),
    version: productVersion(),
    folder: shippedPath('.'),
  });
}

/**
 * Saves a sixth of the start-up time, where the user has a cache folder: in any other place somebody else might put
 * code there.
 */
async function keepCompiledCode(): Promise<void> {
  const [nodeModule, fs, os, path] = await Promise.all([
    import('node:module'),
    import('node:fs'),
    import('node:os'),
    import('node:path'),
  ]);
  const cacheFolder = process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache');
  if (fs.existsSync(cacheFolder)) nodeModule.enableCompileCache(path.join(cacheFolder, 'conclave', 'node'));
}

export {};
