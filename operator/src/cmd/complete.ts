#!/usr/bin/env node
/** `kubectl_complete-conclave`: what kubectl asks to complete `kubectl conclave …`. */
process.argv.splice(2, 0, '__complete', '--');
await import('./cli.ts');
