#!/usr/bin/env node
import * as module from 'node:module';

// Node 20 is supported until the SDK drops it; its warning would stand in every output.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
// Only newer Nodes have it.
if ('enableCompileCache' in module && typeof module.enableCompileCache === 'function') module.enableCompileCache();

const { main } = await import('./main.ts');
const code = await main(process.argv.slice(2));
process.exitCode = code;
// Interrupted: calls that have no answer yet must not keep the process.
if (code === 130) process.stdout.write('', () => process.exit(code));
