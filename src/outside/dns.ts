import { getServers } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { stalled } from '../engine/errors.ts';

/** What name servers say. `undefined`: nobody answered, so nothing is known. */
export interface Dns {
  /** The servers that a domain is delegated to; empty when it is delegated to none. */
  nameServers(domain: string): Promise<readonly string[] | undefined>;
  /** The CAA records of exactly this name; empty when it has none. */
  caa(name: string): Promise<readonly Caa[] | undefined>;
}

/** What a CAA record says of issuing certificates. */
export interface Caa {
  /** Who may: a domain, with parameters behind a semicolon. Absent in records that say something else. */
  readonly issue?: string;
}

export interface DnsOptions {
  /** IP addresses as `host[:port]`, with commas; undefined: the servers of the system. */
  readonly servers: string | undefined;
  /** Milliseconds for one question to one server. */
  readonly timeout: number;
}

export function createDns({ servers, timeout }: DnsOptions): Dns {
  const named = servers?.split(',').map((server) => server.trim()) ?? [];
  const addresses = named.join('') === '' ? getServers() : named;
  const asked = addresses.map(parse);
  const resolver = new Resolver({ timeout, tries: 1 });
  resolver.setServers(addresses);
  return {
    nameServers: (domain) => first(asked.map((server) => delegationOf(server, domain, timeout))),
    caa: (name) => caaOf(resolver, name),
  };
}

interface Address {
  readonly host: string;
  readonly port: number;
}

const DNS_PORT = 53;

function parse(text: string): Address {
  const { host, port } =
    /^\[?(?<host>.+?)\]?(?::(?<port>\d+))?$/.exec(isIP(text) === 6 ? `[${text}]` : text)?.groups ?? {};
  if (host === undefined || isIP(host) === 0)
    throw stalled('NoNameServer', `MCPGW_DNS_SERVERS: ${text} is no IP address, with or without a port`);
  return { host, port: port === undefined ? DNS_PORT : Number(port) };
}

/** The answer of whoever answers first. */
const first = <T>(answers: readonly Promise<T>[]): Promise<T | undefined> =>
  Promise.any(answers).catch(() => undefined);

/** Rejects when the server does not know. */
async function delegationOf({ host, port }: Address, domain: string, timeout: number): Promise<readonly string[]> {
  const { Packet, UDPClient } = await import('dns2');
  const ask = UDPClient({ dns: host, port, timeout, socketType: isIP(host) === 6 ? 'udp6' : 'udp4' });
  const { header, answers, authorities } = await ask(domain, 'NS');
  if (header.rcode === NAME_ERROR) return [];
  if (header.rcode !== NO_ERROR) throw new Error(`rcode ${header.rcode}`);
  // A resolver answers; the servers of the zone above only refer, in another section, which node:dns does not show.
  const told = [...answers, ...authorities].filter(({ type }) => type === Packet.TYPE.NS);
  const servers = told.filter(({ name }) => plain(name) === plain(domain)).map(({ ns }) => plain(ns ?? ''));
  if (servers.length === 0 && told.length > 0) throw new Error('it refers to somebody else');
  return [...new Set(servers)];
}

const NO_ERROR = 0;
const NAME_ERROR = 3;

async function caaOf(resolver: Resolver, name: string): Promise<readonly Caa[] | undefined> {
  try {
    const records = await resolver.resolveCaa(name);
    return records.map(({ issue }) => (issue === undefined ? {} : { issue }));
  } catch (error) {
    return error instanceof Error && 'code' in error && ABSENT.has(String(error.code)) ? [] : undefined;
  }
}

// The name does not exist, or has no record of this type.
const ABSENT: ReadonlySet<string> = new Set(['ENOTFOUND', 'ENODATA']);

const plain = (name: string): string => name.toLowerCase().replace(/\.$/, '');
