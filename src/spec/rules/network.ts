import { type Cidr, cidrText, contains, networkOf, parseAddress, parseCidr, subnet } from '../cidr.ts';
import type { Finding } from '../problem.ts';
import type { Rule } from './rule.ts';

const network = '/spec/network';

/** The largest VPC that AWS allows, and the smallest whose public subnets still hold a load balancer. */
const largest = 16;
const smallest = 19;

const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'];

export const networkRules: Rule = ({ gateway, said }) => {
  const { cidr, existing } = gateway.network;
  if (existing === undefined) return checkCidr(cidr);
  const unused = ['cidr', 'zones', 'natGateways', 'endpoints'].filter(
    (field) => said(`${network}/${field}`) !== undefined,
  );
  const shared = existing.publicSubnetIds.filter((id) => existing.privateSubnetIds.includes(id));
  return [
    ...unused.map((field): Finding => ({
      at: `${network}/${field}`,
      message: 'has no effect beside spec.network.existing',
      suggestion: 'leave it out',
      severity: 'warning',
    })),
    ...shared.map((id): Finding => ({
      at: `${network}/existing/privateSubnetIds/${existing.privateSubnetIds.indexOf(id)}`,
      message: `${id} is among the public subnets too`,
    })),
    ...existing.natIps.flatMap((ip, index): readonly Finding[] =>
      parseAddress(ip) === undefined
        ? [{ at: `${network}/existing/natIps/${index}`, message: `"${ip}" is not an IPv4 address` }]
        : [],
    ),
  ];
};

function checkCidr(text: string): readonly Finding[] {
  const at = `${network}/cidr`;
  const wrong = checkRange(at, text);
  const cidr = parseCidr(text);
  if (cidr === undefined || wrong.length > 0) return wrong;
  if (cidr.prefix < largest) {
    const suggestion = `write "${cidrText({ ...cidr, prefix: largest })}"`;
    return [{ at, message: `a VPC is /${largest} at most; got /${cidr.prefix}`, suggestion }];
  }
  if (cidr.prefix > smallest) return [{ at, ...tooSmall(cidr) }];
  const isPrivate = privateRanges.some((range) => contains(parseCidr(range) ?? cidr, cidr));
  if (isPrivate) return [];
  const message = `"${text}" is not private: hosts of the internet with these addresses cannot be reached`;
  return [{ at, message, suggestion: 'for example "10.0.0.0/16"', severity: 'warning' }];
}

/** Finds what is wrong with a range whatever it is for. */
export function checkRange(at: string, text: string): readonly Finding[] {
  const cidr = parseCidr(text);
  if (cidr === undefined)
    return [{ at, message: `"${text}" is not an IPv4 range`, suggestion: 'for example "10.0.0.0/16"' }];
  const whole = networkOf(cidr);
  if (whole.address === cidr.address) return [];
  return [{ at, message: `"${text}" does not begin where its range begins`, suggestion: `write "${cidrText(whole)}"` }];
}

function tooSmall(cidr: Cidr): Omit<Finding, 'at'> {
  const publicSubnet = subnet(cidr, 8, 48);
  const why =
    publicSubnet.prefix > 32
      ? `no subnet fits a /${cidr.prefix}`
      : `the first public subnet would be ${cidrText(publicSubnet)}, and a load balancer needs a /27`;
  return {
    message: `${why}: a public subnet is a 256th of the VPC`,
    suggestion: `use /${smallest} or larger, best a /${largest}`,
  };
}
