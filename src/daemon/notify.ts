import type { Store } from '../state/store.ts';
import { recall, remember } from '../state/texts.ts';
import type { GatewayReport } from './board.ts';
import { channelsOf, type Channel, type ChannelOptions } from './channels.ts';
import { newsOf, type News } from './news.ts';
import { Trouble } from './trouble.ts';

export interface NotifierOptions extends ChannelOptions {
  /** The page of a gateway. */
  readonly linkOf?: (report: GatewayReport) => string;
  readonly onWarning: (message: string) => void;
}

/** Tells what is new about a gateway, each piece once a channel. Never rejects; `store` is the gateway's own. */
export type Notifier = (report: GatewayReport, store: Store) => Promise<void>;

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

  const tell = async (report: GatewayReport, store: Store): Promise<void> => {
    const known = toldOf.get(report.key) ?? (await read(store));
    let told = known;
    for (const channel of channels) {
      for (const news of freshFor(channel.name, report, told)) {
        if (troubles.get(channel.name)?.isFresh === true) break;
        if (!(await delivered(channel, report, news))) break;
        told = [...told, entryOf(channel.name, report, news)].slice(-MOST);
      }
    }
    toldOf.set(report.key, told);
    if (told !== known) await remember(store, FILE, told);
  };

  const delivered = async (channel: Channel, report: GatewayReport, news: News): Promise<boolean> => {
    const because = await channel.deliver(report, news, linkOf?.(report));
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

const entryOf = (channel: string, { attemptedRevision }: GatewayReport, { condition, status, about }: News): Told => ({
  channel,
  condition,
  status,
  about,
  revision: attemptedRevision ?? '',
});

/** The news that a channel has not had. */
function freshFor(channel: string, report: GatewayReport, told: readonly Told[]): readonly News[] {
  const own = told.filter((each) => each.channel === channel);
  const news = [...newsOf(report).map((each) => afterTrouble(each, own)), ...resumed(report, own)];
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
function resumed({ pause }: GatewayReport, own: readonly Told[]): readonly News[] {
  const last = own.findLast((each) => each.condition === 'Paused');
  if (pause !== undefined || last?.status !== 'True') return [];
  return [{ condition: 'Paused', status: 'False', message: 'goes on: the pause is over', about: last.about }];
}
