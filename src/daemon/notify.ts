import type { Store } from '../state/store.ts';
import { recall, remember } from '../state/texts.ts';
import type { GatewayReport, SourceReport } from './board.ts';
import { channelsOf, isSource, revisionOf, type Channel, type ChannelOptions, type Report } from './channels.ts';
import { newsOf, newsOfSource, type News } from './news.ts';
import { Trouble } from './trouble.ts';

export interface NotifierOptions extends ChannelOptions {
  /** The page of a gateway. */
  readonly linkOf?: (report: GatewayReport) => string;
  readonly onWarning: (message: string) => void;
}

/** Tells what is new about a gateway or a source, each piece once a channel. Never rejects; `store` is its own. */
export type Notifier = (report: Report, store: Store) => Promise<void>;

/** A piece of news that a channel took. */
interface Told extends Omit<News, 'message'> {
  readonly channel: string;
  readonly revision: string;
}

const FILE = 'notified.json';
const MOST = 300;

/** Ready to tell by every channel that the environment names; by none it does nothing. */
export async function openNotifier(options: NotifierOptions): Promise<Notifier> {
  const { clock, timing, linkOf, onWarning } = options;
  const channels = await channelsOf(options);
  const toldOf = new Map<string, readonly Told[]>();
  const troubles = new Map(channels.map(({ name }) => [name, new Trouble(clock, timing)]));
  let before = Promise.resolve();

  const tell = async (report: Report, store: Store): Promise<void> => {
    const key = isSource(report) ? report.place : report.key;
    const known = toldOf.get(key) ?? (await read(store));
    let told = known;
    for (const channel of channels) {
      for (const news of freshFor(channel.name, report, told)) {
        if (troubles.get(channel.name)?.isFresh === true) break;
        if (!(await delivered(channel, report, news))) break;
        told = [...told, entryOf(channel.name, report, news)].slice(-MOST);
      }
    }
    toldOf.set(key, told);
    if (told !== known) await remember(store, FILE, told);
  };

  const delivered = async (channel: Channel, report: Report, news: News): Promise<boolean> => {
    const because = await channel.deliver(report, news, isSource(report) ? undefined : linkOf?.(report));
    const trouble = troubles.get(channel.name);
    if (because === undefined) {
      trouble?.end();
      return true;
    }
    if (trouble?.meet(because) === true)
      onWarning(`nobody could be told by ${channel.name}: ${because}; it is tried again`);
    return false;
  };

  const read = async (store: Store): Promise<readonly Told[]> => {
    const found = await recall(store, FILE);
    return Array.isArray(found) ? (found as readonly Told[]) : [];
  };

  return (report, store) => {
    before = before
      .then(() => tell(report, store))
      .catch((error: unknown) =>
        onWarning(`what was told cannot be remembered: ${error instanceof Error ? error.message : String(error)}`),
      );
    return channels.length === 0 ? Promise.resolve() : before;
  };
}

const entryOf = (channel: string, report: Report, { condition, status, about }: News): Told => ({
  channel,
  condition,
  status,
  about,
  revision: revisionOf(report) ?? '',
});

/** The news that a channel has not had. */
function freshFor(channel: string, report: Report, told: readonly Told[]): readonly News[] {
  const own = told.filter((each) => each.channel === channel);
  const news = isSource(report)
    ? [...newsOfSource(report).filter((each) => !isLast(each, own)), ...readable(report, own)]
    : [...newsOf(report).map((each) => afterTrouble(each, own)), ...resumed(report, own)];
  return news.filter((each) => {
    const entry = entryOf(channel, report, each);
    return !own.some((one) => same(one, entry));
  });
}

const same = (a: Told, b: Told): boolean =>
  a.condition === b.condition && a.status === b.status && a.about === b.about && a.revision === b.revision;

/** After something bad was told, that all is well again is news once more. */
function afterTrouble(news: News, own: readonly Told[]): News {
  if (news.condition !== 'Ready') return news;
  const trouble = own.findLast((each) => each.condition !== 'Ready');
  return { ...news, about: trouble === undefined ? '' : `${trouble.condition} ${trouble.about}` };
}

/** Who was told of a pause is told of its end. */
const resumed = ({ pause }: GatewayReport, own: readonly Told[]): readonly News[] =>
  pause === undefined ? over('Paused', 'goes on: the pause is over', own) : [];

/** Who was told of a source that could not be read is told when it can. */
const readable = ({ error }: SourceReport, own: readonly Told[]): readonly News[] =>
  error === undefined ? over('SourceUnreadable', 'can be read again', own) : [];

/** Told already and not over: a process that has not read the source yet does not know at which revision. */
function isLast({ condition, status, about }: News, own: readonly Told[]): boolean {
  const last = own.findLast((each) => each.condition === condition);
  return last?.status === status && last.about === about;
}

/** The end of a condition of which somebody knows. */
function over(condition: string, message: string, own: readonly Told[]): readonly News[] {
  const last = own.findLast((each) => each.condition === condition);
  return last?.status === 'True' ? [{ condition, status: 'False', message, about: last.about }] : [];
}
