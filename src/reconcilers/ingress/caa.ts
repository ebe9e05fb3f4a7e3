import type { Dns } from '../../outside/dns.ts';

// What Amazon's certificate authority answers to.
const AMAZON: ReadonlySet<string> = new Set(['amazon.com', 'amazontrust.com', 'awstrust.com', 'amazonaws.com']);

/** The CAA record that keeps Amazon from issuing for a host, in words; undefined when there is none, or nobody answers. */
export async function refusalOf(dns: Dns, host: string): Promise<string | undefined> {
  // The nearest name that has any decides, and not its top-level domain.
  for (let name = host; name.includes('.'); name = name.slice(name.indexOf('.') + 1)) {
    const records = await dns.caa(name);
    if (records === undefined) return undefined;
    if (records.length === 0) continue;
    const issuers = records.flatMap(({ issue }) => issue ?? []).map((issue) => issue.split(';')[0]?.trim() ?? '');
    if (issuers.length === 0 || issuers.some((issuer) => AMAZON.has(issuer.toLowerCase()))) return undefined;
    const allowed = issuers.filter((issuer) => issuer !== '').join(', ') || 'nobody';
    return `the CAA records of ${name} let ${allowed} issue certificates for ${host}, and not Amazon: add ${name}. CAA 0 issue "amazon.com"`;
  }
  return undefined;
}
