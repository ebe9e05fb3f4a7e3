import type { Finding } from '../problem.ts';
import type { Examined, Rule } from './rule.ts';

const embeddings = '/spec/embeddings';

/** Lengths of the vectors that well-known models make. */
const dimensionsOf: ReadonlyMap<string, readonly number[]> = new Map([
  ['all-MiniLM-L6-v2', [384]],
  ['all-MiniLM-L12-v2', [384]],
  ['all-mpnet-base-v2', [768]],
  ['multi-qa-MiniLM-L6-cos-v1', [384]],
  ['BAAI/bge-small-en-v1.5', [384]],
  ['BAAI/bge-base-en-v1.5', [768]],
  ['BAAI/bge-large-en-v1.5', [1024]],
  ['openai/text-embedding-ada-002', [1536]],
  ['openai/text-embedding-3-small', [1536]],
  ['bedrock/amazon.titan-embed-text-v1', [1536]],
  ['bedrock/amazon.titan-embed-text-v2:0', [1024, 512, 256]],
  ['bedrock/cohere.embed-english-v3', [1024]],
  ['bedrock/cohere.embed-multilingual-v3', [1024]],
]);

export const registryRules: Rule = (examined) => [
  ...embeddingRules(examined),
  ...securityRules(examined),
  ...behaviourRules(examined),
];

const embeddingRules: Rule = ({ gateway: { embeddings: given } }) => {
  const { provider, model, dimensions, apiKey } = given;
  const findings: Finding[] = [];
  const known = dimensionsOf.get(model.replace(/^sentence-transformers\//, ''));
  if (known !== undefined && !known.includes(dimensions)) {
    const message = `the vectors of ${model} have ${known.join(' or ')} dimensions; got ${dimensions}`;
    const concerns = [`${embeddings}/model`];
    findings.push({ at: `${embeddings}/dimensions`, message, suggestion: `write ${known[0] ?? dimensions}`, concerns });
  }
  if (provider === 'litellm' && !model.includes('/')) {
    const message = `litellm needs the service before the model; got "${model}"`;
    const suggestion = 'for example "openai/text-embedding-ada-002"';
    findings.push({ at: `${embeddings}/model`, message, suggestion, concerns: [`${embeddings}/provider`] });
  }
  if (provider === 'sentence-transformers' && apiKey !== undefined) {
    const message = 'has no effect with provider "sentence-transformers"';
    findings.push({ at: `${embeddings}/apiKey`, message, severity: 'warning', concerns: [`${embeddings}/provider`] });
  }
  return findings;
};

const need = (at: string, why: string): Finding => ({ at, message: `is missing: ${why}` });

const warn = (at: string, message: string, suggestion?: string): Finding => ({
  at,
  message,
  suggestion,
  severity: 'warning',
});

const securityRules: Rule = ({ gateway: { security } }) => {
  const { entra, federation } = security;
  const missing = (['tenantId', 'clientId', 'clientSecret'] as const).filter((field) => !entra[field]);
  return [
    ...(entra.enabled ? missing.map((field) => need(`/spec/security/entra/${field}`, 'Entra ID is enabled')) : []),
    ...(federation.staticTokenEnabled && federation.staticToken === undefined
      ? [need('/spec/security/federation/staticToken', 'staticTokenEnabled is true')]
      : []),
  ];
};

function behaviourRules({ gateway, said }: Examined): readonly Finding[] {
  const { registry, observability, security } = gateway;
  const scan = '/spec/security/scan';
  const idle = ['onRegistration', 'blockUnsafeServers', 'addPendingTag'].filter(
    (field) => said(`${scan}/${field}`) === true,
  );
  return [
    ...(registry.deploymentMode === 'with-gateway' && registry.mode === 'skills-only'
      ? [
          warn(
            '/spec/registry/mode',
            'a gateway has nothing to do for skills alone',
            'write deploymentMode: registry-only',
          ),
        ]
      : []),
    ...(registry.storeTokensInSession
      ? [warn('/spec/registry/storeTokensInSession', 'large tokens do not fit a cookie, and sign-in fails then')]
      : []),
    ...(observability.alarms.email !== undefined && !observability.alarms.enabled
      ? [warn('/spec/observability/alarms/email', 'has no effect while alarms are not enabled')]
      : []),
    ...(security.scan.enabled
      ? []
      : idle.map((field) => warn(`${scan}/${field}`, 'has no effect while spec.security.scan.enabled is false'))),
  ];
}
