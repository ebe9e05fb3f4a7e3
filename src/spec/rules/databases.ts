import type { KeycloakDatabase, RegistryDatabase } from '../gateway.ts';
import type { Finding } from '../problem.ts';
import type { Rule } from './rule.ts';

const keycloak = '/spec/databases/keycloak';
const registry = '/spec/databases/registry';

/** Words that the engines keep for themselves. */
const reservedUsers = ['admin', 'rdsadmin', 'rdsrepladmin', 'serviceadmin', 'user'];

export const databaseRules: Rule = ({ gateway: { databases, files } }) => [
  ...capacityRules(databases.keycloak),
  ...userRule(`${keycloak}/username`, databases.keycloak.username),
  ...userRule(`${registry}/username`, databases.registry.username),
  ...classRule(databases.registry),
  ...(files.provisionedThroughput !== undefined && files.throughputMode !== 'provisioned'
    ? [
        {
          at: '/spec/files/provisionedThroughput',
          message: `goes only with throughputMode "provisioned"; got "${files.throughputMode}"`,
          suggestion: 'write throughputMode: provisioned, or leave it out',
          concerns: ['/spec/files/throughputMode'],
        },
      ]
    : []),
];

function capacityRules(database: KeycloakDatabase): readonly Finding[] {
  const { minCapacity, maxCapacity, proxy, engineVersion } = database;
  const [min, max] = [`${keycloak}/minCapacity`, `${keycloak}/maxCapacity`];
  const findings: Finding[] = [];
  for (const [at, capacity] of [
    [min, minCapacity],
    [max, maxCapacity],
  ] as const) {
    if (capacity % 0.5 === 0) continue;
    const suggestion = `write ${Math.max(0.5, Math.round(capacity * 2) / 2)}`;
    findings.push({ at, message: `capacity goes in steps of 0.5 ACU; got ${capacity}`, suggestion });
  }
  if (minCapacity > maxCapacity) {
    const message = `the least capacity, ${minCapacity}, is more than the most, ${maxCapacity}`;
    findings.push({ at: min, message, concerns: [max] });
  }
  if (minCapacity !== 0) return findings;
  if (!pauses(engineVersion)) {
    const message = `Aurora PostgreSQL ${engineVersion} cannot pause at 0 ACU`;
    const suggestion = 'use 16.3, 15.7, 14.12, 13.15 or later, or a minCapacity of 0.5';
    findings.push({ at: min, message, suggestion, concerns: [`${keycloak}/engineVersion`] });
  }
  if (proxy) {
    const message = 'the database never pauses at 0 ACU while an RDS Proxy holds connections to it';
    const suggestion = 'write proxy: false, or a minCapacity of 0.5';
    findings.push({ at: min, message, suggestion, severity: 'warning', concerns: [`${keycloak}/proxy`] });
  }
  return findings;
}

/** The first minor version of each major one that can pause. */
const firstPausing: ReadonlyMap<number, number> = new Map([
  [13, 15],
  [14, 12],
  [15, 7],
  [16, 3],
]);

function pauses(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return minor >= (firstPausing.get(major) ?? 0);
}

const userRule = (at: string, name: string): readonly Finding[] =>
  reservedUsers.includes(name.toLowerCase())
    ? [{ at, message: `"${name}" is a name that the database keeps for itself` }]
    : [];

function classRule({ instanceClass }: RegistryDatabase): readonly Finding[] {
  const [, family = '', size = ''] = instanceClass.split('.');
  const isBurstable = family.startsWith('t');
  if (isBurstable === (size === 'medium')) return [];
  const suggestion = isBurstable ? `write "db.${family}.medium"` : `write "db.${family}.large" or larger`;
  return [{ at: `${registry}/instanceClass`, message: `DocumentDB has no "${instanceClass}"`, suggestion }];
}
