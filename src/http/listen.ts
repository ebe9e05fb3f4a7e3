import { BlockList, isIP } from 'node:net';
import { stalled } from '../engine/errors.ts';

/** Where the HTTP side listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
  /** Nobody outside this machine can reach it. */
  readonly loopback: boolean;
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** @param text `host:port`, `[IPv6]:port`, or `:port` for every address; throws when it is none of them */
export function addressOf(text: string): Address {
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535)
    throw stalled('BadAddress', `--listen ${text}: not an address; write host:port, for example 127.0.0.1:9464`);
  const named = match[1] ?? match[2] ?? '';
  const host = named === '' ? '0.0.0.0' : named;
  return { host, port, loopback: isLoopback(host) };
}

/** The URL of an address. */
export const urlOf = ({ host, port }: Pick<Address, 'host' | 'port'>): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}`;

/** Whether a Host header names this machine to itself: any other name may have been bent to point here. */
export function isLocalHost(header: string | undefined): boolean {
  const name = /^(\[[^\]]+\]|[^:]*)(?::\d+)?$/.exec(header ?? '')?.[1];
  return name !== undefined && isLoopback(name.replace(/^\[(.*)\]$/, '$1'));
}

function isLoopback(host: string): boolean {
  const family = isIP(host);
  if (family === 0) return host.toLowerCase() === 'localhost';
  return loopback.check(host, family === 4 ? 'ipv4' : 'ipv6');
}
