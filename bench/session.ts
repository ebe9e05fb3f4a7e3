import type { CallListener } from '../src/aws/middleware.ts';
import { openSession, type Session } from '../src/controller/session.ts';
import { must } from '../src/engine/errors.ts';
import { readManifests } from '../src/spec/read.ts';

/** The gateway of a manifest as a command would open it. */
export async function openBenchSession(file: string, onCall: CallListener): Promise<Session> {
  const { gateways } = await readManifests([file]);
  return openSession(must(gateways[0], 'a gateway'), {
    environment: process.env,
    onCall,
    onWarning: (message) => process.stderr.write(`${message}\n`),
  });
}
