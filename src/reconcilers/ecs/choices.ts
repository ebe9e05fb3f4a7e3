import { format, isRef, type Input, type Ref } from '../../engine/ref.ts';
import type { Gateway } from '../../spec/gateway.ts';
import type { Choice, Condition, Conditional, Line, PlaceName } from '../../spec/releases/release.ts';
import type { Declaration } from '../declaration.ts';
import type { Parts } from './parts.ts';

export type Conditions = Readonly<Record<Condition, boolean>>;
export type Places = Readonly<Record<PlaceName, Input<string>>>;

export function conditionsOf(gateway: Gateway, line: Line): Conditions {
  const { embeddings, observability, registry, security } = gateway;
  return {
    observability: observability.enabled,
    entra: security.entra.enabled,
    documentdb: registry.storage === 'documentdb',
    staticToken: security.staticToken.enabled,
    federationToken: security.federation.staticToken !== undefined,
    federationKey: security.federation.encryptionKey !== undefined,
    keycloakOptimized: gateway.keycloakOptimized,
    downloadedModel: embeddings.provider === 'sentence-transformers' && embeddings.model !== line.modelInImage,
    bedrock: embeddings.model.startsWith('bedrock/'),
  };
}

export function placesOf({ gateway, names }: Declaration, { ingress, data, observability }: Parts): Places {
  const { registryHost, registryUrl, keycloakUrl, registryHosts, cookie, secure } = ingress.addresses;
  const serverNames = [...registryHosts, ...gateway.ingress.additionalServerNames];
  return {
    region: gateway.region,
    registryHost,
    registryUrl,
    keycloakUrl,
    serverNames: serverNames.reduce<Input<string>>((all, name) => (all === '' ? name : format`${all} ${name}`), ''),
    cookieSecure: String(cookie.secure),
    cookieDomain: cookie.domain,
    httpsOnly: String(secure),
    authProvider: gateway.security.entra.enabled ? 'entra' : 'keycloak',
    documentdbHost: data.documentdb.endpoint,
    namespace: names.namespace,
    prometheusUrl: observability.workspace?.ref('endpoint') ?? '',
  };
}

/** What a choice comes to. */
export function chosen<T>(choice: Choice<T>, conditions: Conditions): T | undefined {
  if (!isConditional(choice)) return choice;
  const { when, unless } = choice;
  const holds = (when === undefined || conditions[when]) && (unless === undefined || !conditions[unless]);
  return holds ? choice.value : choice.otherwise;
}

const isConditional = <T>(choice: Choice<T>): choice is Conditional<T> =>
  typeof choice === 'object' && choice !== null && 'value' in choice;

/** The choices that come to something, by their names. */
export const allChosen = <T>(
  choices: Readonly<Record<string, Choice<T>>>,
  conditions: Conditions,
): readonly (readonly [string, T])[] =>
  Object.entries(choices).flatMap(([name, choice]) => {
    const value = chosen(choice, conditions);
    return value === undefined ? [] : [[name, value] as const];
  });

/** Puts in for each name in braces what it stands for: a place, or a path into the manifest. */
export function fill(text: string, gateway: Gateway, places: Places): Input<string> {
  const parts = text.split(/\{([\w.]+)\}/).flatMap((part, i): readonly (string | Ref<string>)[] => {
    if (i % 2 === 0) return part === '' ? [] : [part];
    const value = part in places ? places[part as PlaceName] : textAt(gateway, part);
    return typeof value === 'string' || isRef(value) ? [value] : value.$format;
  });
  return parts.every((part) => typeof part === 'string') ? parts.join('') : { $format: parts };
}

/** What the manifest does not say is empty; a list stands with commas. */
function textAt(gateway: Gateway, path: string): string {
  const value = path.split('.').reduce<unknown>((whole, key) => {
    if (typeof whole !== 'object' || whole === null) throw new Error(`a manifest has no ${path}`);
    return (whole as Readonly<Record<string, unknown>>)[key];
  }, gateway);
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.join(',');
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Error(`${path} is no single value of a manifest`);
}
