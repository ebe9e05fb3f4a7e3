// node sandbox/start.mjs [--port n]: starts the local AWS and stays until it is stopped.
import { parseArgs } from 'node:util';
import { startSandbox } from './sandbox.mjs';

const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } });
const running = process.env.AWS_ENDPOINT_URL;

if (running) {
  console.log(`AWS_ENDPOINT_URL=${running}`);
} else {
  const sandbox = await startSandbox({ port: Number(values.port) });
  for (const [name, value] of Object.entries(sandbox.env)) console.log(`${name}=${value}`);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => sandbox.stop());
  process.exitCode = (await sandbox.ended) ?? 0;
}
