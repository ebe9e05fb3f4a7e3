import type { Session } from '../controller/session.ts';
import type { Sight } from '../controller/look.ts';
import { hear, type Heard } from './answers.ts';
import { adviceFor } from './advice.ts';
import { doorsOf, type Door } from './doors.ts';
import { layers, type Finding, type Layer } from './finding.ts';
import { nodesOf } from './nodes.ts';
import { problemsOf, type Problem } from './problems.ts';
import { healthText, targetHealth, type TargetHealth } from './target-health.ts';

/** One public address, layer by layer. */
export interface Examination {
  readonly front: Door['front'];
  /** Undefined: AWS has given it no name yet. */
  readonly url: string | undefined;
  readonly findings: readonly Finding[];
}

/** Looks at a gateway from outside in: asks its addresses, and where they fail what AWS says of each layer. */
export async function examine({ aws }: Session, { plan, declared }: Sight): Promise<readonly Examination[]> {
  return Promise.all(
    doorsOf(declared.ways, plan.states).map(async (door) => {
      const { host, front, protocol } = door;
      const arn = plan.states.get(`TargetGroup/${front}`)?.live?.outputs['targetGroupArn'];
      const [heard, health] = await Promise.all([
        host === undefined ? undefined : hear(aws.web, { ...door, host }),
        typeof arn === 'string' ? targetHealth(aws, arn) : undefined,
      ]);
      const nodes = nodesOf(declared.graph, door);
      const order = layersOf(door).filter((layer) => layer !== 'realm' || nodes.realm.length > 0);
      const problems = order.map((layer) => problemsOf(plan, nodes[layer]));
      const findings = order.map((layer, i) =>
        find({
          layer,
          door,
          heard,
          health,
          own: problems[i] ?? [],
          behind: SUFFERS.has(layer) ? problems.slice(i + 1).flat() : [],
        }),
      );
      return { front, url: host === undefined ? undefined : `${protocol}://${host}`, findings };
    }),
  );
}

// With nothing wrong about themselves they fail because of what is behind them.
const SUFFERS: ReadonlySet<Layer> = new Set(['load-balancer', 'targets']);

const layersOf = ({ throughCloudfront, protocol }: Door): readonly Layer[] =>
  layers.filter(
    (layer) => (layer !== 'cloudfront' || throughCloudfront) && (layer !== 'certificate' || protocol === 'https'),
  );

interface Signs {
  readonly layer: Layer;
  readonly door: Door;
  readonly heard: Heard | undefined;
  readonly health: TargetHealth | undefined;
  readonly own: readonly Problem[];
  readonly behind: readonly Problem[];
}

/** An answer proves every layer that it came through; a failure the one that it came from. */
function find(signs: Signs): Finding {
  const { layer, own, behind } = signs;
  const works = worksOf(signs);
  // What nothing got to may be as it likes; what AWS alone can tell about may not.
  const isTold = LOOKED_UP.has(layer) || signs.heard === undefined;
  // Whoever signs in meets the slightest difference there.
  const isGrave = own.some(({ grave }) => grave || layer === 'realm');
  const isWrong = works === false || (works === undefined && isTold && isGrave);
  const proven = works === true || LOOKED_UP.has(layer);
  const verdict = isWrong ? 'wrong' : own.length > 0 ? 'note' : proven ? 'ok' : 'unknown';
  const seen = seenOf(signs, works, verdict);
  const problems = isWrong && own.length === 0 ? behind : own;
  const finding = { layer, verdict, seen, causes: problems.map(({ text }) => text) } as const;
  if (!isWrong) return finding;
  if (problems.length === 0) return { ...finding, advice: adviceFor(layer, signs.door, seen) };
  return problems.some(({ mends }) => mends) ? { ...finding, advice: 'apply' } : finding;
}

// What no request shows: AWS itself says how it is, and Keycloak.
const LOOKED_UP: ReadonlySet<Layer> = new Set(['tasks', 'database', 'realm']);

function worksOf({ layer, heard, health, door }: Signs): boolean | undefined {
  if (layer === 'targets' && health !== undefined && health.healthy < Math.max(health.registered, 1)) return false;
  if (heard === undefined || (LOOKED_UP.has(layer) && heard.failed !== layer)) return undefined;
  if (heard.failed === undefined) return true;
  const order = layersOf(door);
  const [here, failed] = [order.indexOf(layer), order.indexOf(heard.failed)];
  if (here < failed) return layer === 'certificate' && !heard.connected ? undefined : true;
  if (here === failed) return false;
  return layer === 'targets' && health !== undefined ? true : undefined;
}

function seenOf(
  { layer, door, heard, health }: Signs,
  works: boolean | undefined,
  verdict: Finding['verdict'],
): string {
  if (heard?.failed === layer)
    return layer === 'targets' && health ? `${heard.said}; ${healthText(health)}` : heard.said;
  if (layer === 'targets' && health !== undefined) return healthText(health);
  if (verdict === 'unknown' || (works === undefined && !LOOKED_UP.has(layer))) return 'nothing got so far';
  if (verdict === 'wrong') return 'not as it should be';
  const { host = '', entry = '', named } = door;
  const texts: Readonly<Record<Layer, string>> = {
    dns: named ? `${host} leads to ${entry}` : `${host} is found`,
    certificate: `valid for ${host}`,
    cloudfront: 'lets requests through',
    'load-balancer': 'lets requests through',
    targets: 'answer',
    tasks: 'running',
    database: 'available',
    realm: 'knows the registry by its addresses',
  };
  return texts[layer];
}
