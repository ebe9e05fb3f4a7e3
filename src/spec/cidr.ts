/** An IPv4 range. */
export interface Cidr {
  readonly address: number;
  readonly prefix: number;
}

/** Undefined when the text is no IPv4 address. */
export function parseAddress(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)) return undefined;
  return parts.reduce((address, part) => address * 256 + Number(part), 0);
}

export function parseCidr(text: string): Cidr | undefined {
  const [address = '', prefix = '', ...rest] = text.split('/');
  const parsed = parseAddress(address);
  if (parsed === undefined || rest.length > 0 || !/^\d{1,2}$/.test(prefix) || Number(prefix) > 32) return undefined;
  return { address: parsed, prefix: Number(prefix) };
}

const sizeOf = (prefix: number): number => 2 ** (32 - prefix);

/** The first address of the range that a CIDR lies in. */
export const networkOf = ({ address, prefix }: Cidr): Cidr => ({
  address: address - (address % sizeOf(prefix)),
  prefix,
});

export const cidrText = ({ address, prefix }: Cidr): string =>
  `${[24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join('.')}/${prefix}`;

export const contains = (outer: Cidr, inner: Cidr): boolean =>
  inner.prefix >= outer.prefix && networkOf({ address: inner.address, prefix: outer.prefix }).address === outer.address;

/** The range number `index` when a range is cut into pieces that have `bits` more bits of prefix. */
export const subnet = ({ address, prefix }: Cidr, bits: number, index: number): Cidr => ({
  address: address + index * sizeOf(prefix + bits),
  prefix: prefix + bits,
});
