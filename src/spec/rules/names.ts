import { CONTROLLER } from '../controller.ts';
import { child } from '../place.ts';
import type { Gateway } from '../gateway.ts';
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
  if (name.endsWith(CONTROLLER)) {
    const suggestion = `write "${name.slice(0, -CONTROLLER.length)}"`;
    findings.push({ at, message: `"${name}" ends in "${CONTROLLER}", as names of controllers do`, suggestion });
  }
  if (release !== '1.0') {
    findings.push({ at: '/spec/release', message: `release "${release}" is not built yet`, suggestion: 'use "1.0"' });
  }
  return [...findings, ...checkTags(tags)];
};

export const checkTags = (tags: Gateway['tags']): readonly Finding[] => Object.keys(tags).flatMap(reservedTag);

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
