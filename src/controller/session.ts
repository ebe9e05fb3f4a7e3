import type { Aws } from '../aws/aws.ts';
import { connect } from '../aws/connect.ts';
import type { Connections } from '../aws/connections.ts';
import type { CallListener } from '../aws/middleware.ts';
import { openedOnce, type SecretSources } from '../aws/secret-sources.ts';
import { stalled } from '../engine/errors.ts';
import type { Kinds } from '../engine/kind.ts';
import { liveOf, type Snapshot } from '../engine/snapshot.ts';
import { systemClock, timeScale, timing, type Clock, type Timing } from '../engine/timing.ts';
import { declareHome, homeKinds } from '../reconcilers/home/home.ts';
import { suppliedVersions } from '../reconcilers/identity/supplied-versions.ts';
import { declare, kinds, type Declared, type Wish } from '../reconcilers/index.ts';
import { loadBalancer } from '../reconcilers/ingress/load-balancer.ts';
import { nextWays, waysOf, type Ways } from '../reconcilers/ingress/ways.ts';
import type { Controller } from '../spec/controller.ts';
import type { Gateway } from '../spec/gateway.ts';
import { keptForm } from '../spec/kept.ts';
import { problemLine } from '../spec/problem.ts';
import { checkSecretValues } from '../spec/secret-values.ts';
import type { LoadedController, LoadedGateway, Manifest } from '../spec/read.ts';
import { Lock } from '../state/lock.ts';
import { brokenPlace, chosenPlace, openPlace, type StatePlace } from '../state/place.ts';
import { revisionOf } from '../state/revision.ts';
import type { Store } from '../state/store.ts';

export interface SessionOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A folder or `s3://bucket/prefix` for what is remembered between runs. */
  readonly state?: string;
  /** Opened before, for many gateways. */
  readonly place?: StatePlace;
  readonly onCall?: CallListener;
  /** Shared with other gateways. */
  readonly connections?: Connections;
  /** The commit that the manifest stands in, where the source knows it. */
  readonly commit?: string | undefined;
  /** Told of what does not stop the work but should be known. */
  readonly onWarning: (message: string) => void;
}

/** What a session looks after. */
export type Subject = Pick<Gateway, 'name' | 'region' | 'accountId' | 'access'>;

/** A gateway, or the controller's own home, connected to its account. */
export interface AnySession<W extends Wish = Wish, Of extends Subject = Subject> {
  readonly subject: Of;
  /** Everything that it may consist of. */
  readonly kinds: Kinds;
  /** Its manifest, in the form that may be remembered; undefined: none is remembered. */
  readonly kept: unknown;
  /** `<region>/<name>`. */
  readonly owner: string;
  /** The commit that the manifest stands in, else a hash of its text. */
  readonly revision: string;
  readonly aws: Aws;
  /** What the manifest alone asks for. */
  readonly wished: W;
  /** What should be there beside what stands, which a switch takes away in the end. */
  readonly beside: (seen: Snapshot) => W;
  /** What should be there when this is; undefined: nothing else. */
  next(declared: W): W | undefined;
  readonly store: Store;
  readonly lock: Lock;
  readonly clock: Clock;
  readonly timing: Timing;
  readonly onWarning: (message: string) => void;
}

export interface Session extends AnySession<Declared, Gateway> {
  /** Where its manifest's values stand. */
  readonly source: Pick<LoadedGateway, 'file' | 'places'>;
  /** What should be there while other ways in stand besides. */
  readonly declare: (ways: Ways) => Declared;
  /** Version ids of supplied secret values, by node name, as far as they are known. */
  readonly supplied: ReadonlyMap<string, string>;
}

export const isGateway = <S extends AnySession>(session: S): session is S & Session => 'declare' in session;

/** Connects to the account of a gateway's manifest. Nothing is written. */
export async function openSession(loaded: LoadedGateway, options: SessionOptions): Promise<Session> {
  const { gateway, file, places } = loaded;
  const aws = await connectTo(gateway, loaded, options);
  const sources = openedOnce(aws.sources);
  const [common, supplied] = await Promise.all([
    commonOf(gateway, loaded, aws, options),
    insistOnValues(loaded, sources).then(() => suppliedVersions({ ...aws, sources }, gateway)),
  ]);
  if (supplied.notCompared.length > 0)
    options.onWarning(`not compared with their sources: ${supplied.notCompared.join(', ')}`);
  const declareWays = (ways: Ways): Declared => declare(gateway, supplied.versions, ways);
  const wished = declareWays(waysOf(gateway, []));
  const beside = (ways: Ways): Declared => (nextWays(ways) === undefined ? wished : declareWays(ways));
  return {
    ...common,
    kinds,
    kept: keptForm(loaded.data),
    source: { file, places },
    wished,
    declare: declareWays,
    supplied: supplied.versions,
    beside: (seen) => beside(waysOf(gateway, liveOf(seen, loadBalancer.name))),
    next({ ways }) {
      const then = nextWays(ways);
      return then && declareWays(then);
    },
  };
}

/** What the databases would refuse after a quarter of an hour is refused before anything is changed. */
async function insistOnValues(loaded: LoadedGateway, { open }: SecretSources): Promise<void> {
  // What cannot be opened is told of where it is needed.
  const wrong = await checkSecretValues(loaded, async (source) => (await open(source).catch(() => undefined))?.open());
  if (wrong.length > 0) throw stalled('BadSecretValue', wrong.map(problemLine).join('\n'));
}

/** Connects to the account that the controller lives in. Nothing is written. */
export async function openHome(
  loaded: LoadedController,
  options: SessionOptions,
): Promise<AnySession<Wish, Controller>> {
  const { controller } = loaded;
  const wished = declareHome(controller);
  const common = await commonOf(controller, loaded, await connectTo(controller, loaded, options), options);
  return { ...common, kinds: homeKinds, kept: undefined, wished, beside: () => wished, next: () => undefined };
}

type Common<Of extends Subject> = Omit<AnySession<Wish, Of>, 'kinds' | 'kept' | 'wished' | 'beside' | 'next'>;

function connectTo(subject: Subject, { directory }: Manifest, options: SessionOptions): Promise<Aws> {
  return connect({
    region: subject.region,
    accountId: subject.accountId,
    access: subject.access,
    owner: `${subject.region}/${subject.name}`,
    environment: options.environment,
    directory,
    timing: timing(timeScale(options.environment)),
    ...(options.onCall !== undefined && { onCall: options.onCall }),
    ...(options.connections !== undefined && { connections: options.connections }),
  });
}

async function commonOf<Of extends Subject>(
  subject: Of,
  { file, text, bases }: Manifest,
  aws: Aws,
  options: SessionOptions,
): Promise<Common<Of>> {
  const [revision, place] = await Promise.all([
    options.commit ?? revisionOf(file, text, bases),
    options.place ?? placeFor(subject, options, aws.timing),
  ]);
  const store = place.storeOf(subject);
  return {
    subject,
    owner: aws.owner,
    revision,
    aws,
    store,
    lock: new Lock(store),
    clock: systemClock,
    timing: aws.timing,
    onWarning: options.onWarning,
  };
}

/** Without a place that can be used the work goes on, and everything that would be remembered is told of as lost. */
async function placeFor({ region }: Subject, options: SessionOptions, times: Timing): Promise<StatePlace> {
  const { state, environment } = options;
  try {
    return await openPlace({ environment, region, timing: times, ...(state !== undefined && { state }) });
  } catch (error) {
    return brokenPlace(chosenPlace(state, environment), error);
  }
}
