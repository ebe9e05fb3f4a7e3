import type { Finding } from '../problem.ts';
import type { Examined, Rule } from './rule.ts';
import { isRecord } from '../value.ts';

const images = '/spec/images';

/** `[host[:port]/]path[:tag][@digest]`, as container registries read it. */
const host = /(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?\/)?/;
const path = /[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*/;
const version = /(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?/;
const reference = new RegExp(`^${host.source}${path.source}${version.source}$`);
const repository = new RegExp(`^${host.source}${path.source}$|^[a-z0-9.-]+(?::\\d{1,5})?$`);

const settings = ['tag', 'keycloakOptimized'];

export const imageRules: Rule = (examined) => {
  const given = examined.said(images);
  if (!isRecord(given)) return [];
  return Object.entries(given).flatMap(([field, value]) => {
    if (typeof value !== 'string' || settings.includes(field)) return [];
    const at = `${images}/${field}`;
    return [...form(at, value, field === 'base' ? repository : reference), ...owner(at, value, examined)];
  });
};

function form(at: string, value: string, allowed: RegExp): readonly Finding[] {
  if (allowed.test(value)) return [];
  const scheme = /^\w+:\/\//.exec(value)?.[0];
  if (scheme !== undefined) {
    return [{ at, message: 'an image has no scheme', suggestion: `write "${value.slice(scheme.length)}"` }];
  }
  const what = allowed === repository ? 'where images are' : 'an image';
  if (allowed.test(value.toLowerCase())) {
    return [
      { at, message: `"${value}" is not ${what}: names are lower-case`, suggestion: `write "${value.toLowerCase()}"` },
    ];
  }
  return [{ at, message: `"${value}" is not ${what}`, suggestion: 'for example "<host>/<name>:<tag>"' }];
}

function owner(at: string, value: string, { gateway }: Examined): readonly Finding[] {
  const [, account, region] = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\/|$)/.exec(value) ?? [];
  if (account === undefined || region === undefined) return [];
  const differs = [
    account === gateway.accountId ? [] : [`in account ${account}, the gateway in ${gateway.accountId}`],
    region === gateway.region ? [] : [`in ${region}, the gateway in ${gateway.region}`],
  ].flat();
  return differs.map((where) => ({
    at,
    message: `the images are ${where}`,
    suggestion: 'its tasks need permission to pull them from there',
    severity: 'warning',
    concerns: ['/spec/accountId', '/spec/region'],
  }));
}
