import type { Kind } from '../engine/kind.ts';
import type { Clock, Timing } from '../engine/timing.ts';
import type { Dns } from '../outside/dns.ts';
import type { Web } from '../outside/http.ts';
import type { Clients } from './clients.ts';
import type { SecretSources } from './secret-sources.ts';

/** What every AWS kind is given: clients, and whose things it looks after. */
export interface Aws extends Clients {
  readonly region: string;
  readonly accountId: string;
  /** `aws`, `aws-cn` or `aws-us-gov`. */
  readonly partition: string;
  /** The ARN that these credentials act as. */
  readonly caller: string;
  /** `<region>/<name>`: the value of the tag `mcpgw:gateway`. */
  readonly owner: string;
  /** Where supplied secret values come from. */
  readonly sources: SecretSources;
  /** What name servers say. */
  readonly dns: Dns;
  /** The public addresses, as everybody sees them. */
  readonly web: Web;
  readonly clock: Clock;
  readonly timing: Timing;
}

export type AwsKind<Props, Outputs> = Kind<Props, Outputs, Aws>;
