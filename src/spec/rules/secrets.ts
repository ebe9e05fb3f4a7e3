import { secretForms } from '../explain-type.ts';
import { parent } from '../place.ts';
import type { Finding } from '../problem.ts';
import type { Rule } from './rule.ts';
import { gatewayForm as form } from '../schema.ts';
import { sourceKeys } from '../secret-source.ts';
import { isRecord } from '../value.ts';

/** Where the form has a secret's source. */
const sources = form.fields.map(({ at }) => at).filter((at) => form.isSecret(at) && !form.isSecret(parent(at)));

export const secretRules: Rule = ({ gateway, said }) =>
  sources.flatMap((at): readonly Finding[] => {
    const given = said(at);
    if (!isRecord(given)) return [];
    const named = sourceKeys.filter((key) => given[key] !== undefined);
    if (named.length === 0) return [{ at, message: 'names no source', suggestion: secretForms(at, form) }];
    if (named.length > 1) {
      return [{ at, message: `has ${named.length} sources, ${named.join(' and ')}`, suggestion: 'keep one of them' }];
    }
    if (given['key'] !== undefined && named[0] !== 'secretArn') {
      return [{ at: `${at}/key`, message: 'goes only with secretArn', concerns: [at] }];
    }
    const region = typeof given['secretArn'] === 'string' ? given['secretArn'].split(':')[3] : undefined;
    if (region === undefined || region === gateway.region) return [];
    const message = `the secret is in ${region}, the gateway in ${gateway.region}`;
    const suggestion = 'replicate the secret to the region of the gateway';
    return [{ at: `${at}/secretArn`, message, suggestion, concerns: ['/spec/region'] }];
  });
