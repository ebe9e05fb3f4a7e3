import { publish } from '../aws/publish.ts';
import type { Clock, Timing } from '../engine/timing.ts';
import { redact } from '../engine/secret.ts';
import type { GatewayReport, SourceReport } from './board.ts';
import { secretFrom, type Environment } from './credentials.ts';
import type { News } from './news.ts';
import { isReceived, sendJson } from './send.ts';

/** One way to reach people. */
export interface Channel {
  /** As it is remembered and named in warnings; without the address, which may be a secret. */
  readonly name: 'webhook' | 'slack' | 'sns';
  /** @returns why it could not be delivered, or undefined */
  deliver(report: Report, news: News, link: string | undefined): Promise<string | undefined>;
}

/** What there can be news of. */
export type Report = GatewayReport | SourceReport;

export interface ChannelOptions {
  /** `MCPGW_NOTIFY_URL`, `MCPGW_NOTIFY_SLACK_URL` (or their `_FILE`), `MCPGW_NOTIFY_TOPIC`. */
  readonly environment: Environment;
  readonly clock: Clock;
  readonly timing: Timing;
}

/** Every channel that the environment names. */
export async function channelsOf({ environment, clock, timing }: ChannelOptions): Promise<readonly Channel[]> {
  const [url, slack] = await Promise.all([
    secretFrom(environment, 'MCPGW_NOTIFY_URL'),
    secretFrom(environment, 'MCPGW_NOTIFY_SLACK_URL'),
  ]);
  const topic = environment['MCPGW_NOTIFY_TOPIC'] ?? '';
  const post = async (address: string, body: unknown): Promise<string | undefined> => {
    const received = await sendJson({ url: address, body }, { clock, patience: timing.answer });
    if (isReceived(received)) return undefined;
    return redact(received.status === 0 ? received.said : `it answers ${received.status} (${received.said})`);
  };
  const channels: Channel[] = [];
  if (url !== undefined)
    channels.push({ name: 'webhook', deliver: (report, news, link) => post(url.open(), dataOf(report, news, link)) });
  if (slack !== undefined)
    channels.push({
      name: 'slack',
      deliver: (report, news, link) => post(slack.open(), { text: slackText(report, news, link) }),
    });
  if (topic !== '')
    channels.push({
      name: 'sns',
      async deliver(report, news, link) {
        try {
          await publish(topic, subjectOf(report, news), sentence(report, news, link), timing);
          return undefined;
        } catch (error) {
          return error instanceof Error ? error.message : String(error);
        }
      },
    });
  return channels;
}

export const isSource = (report: Report): report is SourceReport => 'place' in report;

const nameOf = (report: Report): string =>
  isSource(report) ? `The source ${report.place}` : `${report.region}/${report.name}`;

/** The revision that the news is about. */
export const revisionOf = (report: Report): string | undefined =>
  isSource(report) ? report.revision : report.attemptedRevision;

function sentence(report: Report, { message }: News, link: string | undefined): string {
  const revision = revisionOf(report);
  const account = isSource(report) ? '' : `, account ${report.accountId}`;
  const at = revision === undefined ? '' : `\nRevision ${revision}${account}`;
  return redact(`${nameOf(report)} ${message}${at}${link === undefined ? '' : `\n${link}`}`);
}

/** What a program reads. */
const dataOf = (report: Report, news: News, link: string | undefined): object => ({
  ...(isSource(report)
    ? { source: report.place }
    : { gateway: { account: report.accountId, region: report.region, name: report.name } }),
  revision: revisionOf(report) ?? null,
  condition: { type: news.condition, status: news.status, message: redact(news.message) },
  text: sentence(report, news, link),
  ...(!isSource(report) && report.held !== undefined && { planId: report.held.planId }),
  ...(link !== undefined && { link }),
});

const SLACK = { '&': '&amp;', '<': '&lt;', '>': '&gt;' } as const;

/** These three letters would make links and mentions. */
const slackText = (report: Report, news: News, link: string | undefined): string =>
  sentence(report, news, link).replace(/[&<>]/g, (letter) => SLACK[letter as keyof typeof SLACK]);

/** SNS takes 100 letters of ASCII. */
const subjectOf = (report: Report, { condition, status }: News): string =>
  `${nameOf(report)}: ${status === 'True' ? condition : `not ${condition} any more`}`
    .replace(/[^ -~]/g, '?')
    .slice(0, 100);
