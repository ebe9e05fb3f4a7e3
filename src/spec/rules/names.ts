import { child } from '../place.ts';
import type { Finding } from '../problem.ts';
import type { Rule } from './rule.ts';

/** Prefixes that AWS keeps for itself somewhere among the names that begin with the gateway's. */
const reservedStarts = ['aws', 'ssm', 'internal-'];

export const nameRules: Rule = ({ gateway: { name, release, tags } }) => {
  const at = '/metadata/name';
  const start = reservedStarts.find((each) => name.startsWith(each));
  const findings: Finding[] = [];
  if (start !== undefined)
    findings.push({ at, message: `"${name}" begins with "${start}", which AWS keeps for itself` });
  if (name.includes('--')) {
    const suggestion = `write "${name.replaceAll(/-+/g, '-')}"`;
    findings.push({ at, message: `"${name}" has two hyphens in a row, which load balancers refuse`, suggestion });
  }
  if (release !== '1.0') {
    findings.push({ at: '/spec/release', message: `release "${release}" is not built yet`, suggestion: 'use "1.0"' });
  }
  return [...findings, ...Object.keys(tags).flatMap(reservedTag)];
};

function reservedTag(tag: string): readonly Finding[] {
  const owner = /^aws:/i.test(tag) ? 'AWS' : /^mcpgw:|^Name$/.test(tag) ? 'this controller' : undefined;
  if (owner === undefined) return [];
  return [
    {
      at: child('/spec/tags', tag),
      message: `the tag "${tag}" is set by ${owner} alone`,
      suggestion: 'choose another',
    },
  ];
}
