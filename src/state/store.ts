import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Keeps a few named texts of one gateway. Losing it loses history and the origins of changes, nothing else. */
export interface Store {
  /** For messages: where the texts are. */
  readonly place: string;
  /** Undefined when there is none. */
  read(name: string): Promise<string | undefined>;
  /** Whole or not at all. */
  write(name: string, text: string): Promise<void>;
}

/** A folder on disk that only its owner can read. */
export function diskStore(folder: string): Store {
  return {
    place: folder,
    async read(name) {
      try {
        return await readFile(join(folder, name), 'utf8');
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
        throw error;
      }
    },
    async write(name, text) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const target = join(folder, name);
      const draft = `${target}.${process.pid}`;
      await writeFile(draft, text, { mode: 0o600 });
      await rename(draft, target);
    },
  };
}

/** Where a gateway's texts go: what was asked for, else the user's state folder. */
export function stateFolder(
  asked: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
  gateway: { readonly accountId: string; readonly region: string; readonly name: string },
): string {
  const chosen = asked ?? environment['MCPGW_STATE'];
  const home = environment['XDG_STATE_HOME'] ?? join(environment['HOME'] ?? '.', '.local', 'state');
  return join(chosen ?? join(home, 'mcpgw-controller'), gateway.accountId, gateway.region, gateway.name);
}
