import { checkController, checkGateway, type Checked } from './check.ts';
import type { Document } from './manifest.ts';
import { BASE } from './overlay.ts';
import { nearest } from './suggest.ts';
import { isRecord } from './value.ts';

const gateway = 'Gateway';
const controller = 'Controller';
const later = ['Server', 'Agent', 'Group', 'User', 'MachineClient'];
const beginning = 'a manifest begins with "apiVersion: mcpgw.io/v1alpha1" and "kind: Gateway"';

/**
 * Checks a document as its kind asks for.
 * @param inFolder it was found in a folder, where other people's YAML may stand too
 */
export function checkDocument(document: Document, inFolder: boolean): Checked {
  const { data } = document;
  const { kind, apiVersion, metadata } = isRecord(data) ? data : {};
  if (inFolder && kind === BASE) return { findings: [] };
  const isOurs =
    kind === gateway || kind === controller || (typeof apiVersion === 'string' && apiVersion.startsWith('mcpgw.io/'));
  if (inFolder && !isOurs) {
    const message = 'is passed over: its apiVersion is not of mcpgw.io';
    return { findings: [{ at: '', message, severity: 'warning' }] };
  }
  if (!isRecord(data)) return refuse('', 'is not a manifest', beginning);
  if (kind === gateway) return checkGateway(document);
  if (kind === controller) return checkController(document);
  if (kind === BASE)
    return refuse('/kind', 'is a base and no gateway by itself', 'name a manifest that has it as its base');
  if (kind === undefined || kind === null) return refuse('/kind', 'is missing', beginning);
  if (typeof kind === 'string' && later.includes(kind)) {
    const name = isRecord(metadata) && typeof metadata['name'] === 'string' ? ` "${metadata['name']}"` : '';
    return refuse('/kind', `${kind}${name} is not supported yet`, 'leave the document out');
  }
  const near = typeof kind === 'string' ? nearest(kind, [gateway, controller, BASE, ...later]) : undefined;
  const suggestion = near === undefined ? `write "${gateway}"` : `did you mean "${near}"?`;
  return refuse('/kind', `${JSON.stringify(kind)} is not a kind`, suggestion);
}

const refuse = (at: string, message: string, suggestion: string): Checked => ({
  findings: [{ at, message, suggestion }],
});
