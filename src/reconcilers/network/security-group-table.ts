import type { Names } from '../../aws/names.ts';

export type AlwaysThere =
  | 'keycloakEcs'
  | 'keycloakLb'
  | 'keycloakLbCloudfront'
  | 'keycloakDb'
  | 'alb'
  | 'albCloudfront'
  | 'auth'
  | 'registry'
  | 'currenttime'
  | 'mcpgw'
  | 'realserverfaketools'
  | 'flightBookingAgent'
  | 'travelAssistantAgent'
  | 'documentdb'
  | 'efs';

export type GroupName = AlwaysThere | 'metrics' | 'grafana' | 'vpcEndpoints';

/**
 * Whom a rule lets in or out: a group, or `anyone`, the whole `vpc`, the ranges that the manifest has `allowed`, the
 * addresses of the NAT gateways, or CloudFront by its prefix list.
 */
export type Peer = GroupName | 'anyone' | 'vpc' | 'allowed' | 'nat' | 'cloudfront';

/** A TCP port, `dns` for port 53 of UDP, or every port of every protocol. */
export type Rule = readonly [port: number | 'dns' | 'all', peer: Peer];

export interface Group {
  readonly groupName: (names: Names) => string;
  readonly description: string;
  readonly only?: 'observability' | 'endpoints';
  readonly from: readonly Rule[];
  readonly to: readonly Rule[];
}

const DATABASE = 5432;

// CloudFront's list counts as 55 of the 60 rules that a group may have: it stands in groups of its own, for one port.
export const groupTable: Readonly<Record<GroupName, Group>> = {
  vpcEndpoints: {
    groupName: (names) => names.securityGroup.vpcEndpoints,
    description: 'VPC endpoints',
    only: 'endpoints',
    from: [[443, 'vpc']],
    to: [],
  },
  keycloakEcs: {
    groupName: (names) => names.securityGroup.keycloakEcs,
    description: 'Keycloak tasks',
    from: [[8080, 'keycloakLb'], [8080, 'keycloakLbCloudfront']],
    to: [[443, 'anyone'], ['dns', 'anyone'], [DATABASE, 'keycloakDb']],
  },
  keycloakLb: {
    groupName: (names) => names.securityGroup.keycloakLb,
    description: 'Keycloak load balancer',
    // Tasks reach its public name through NAT.
    from: [[80, 'allowed'], [443, 'allowed'], [443, 'auth'], [443, 'registry'], [443, 'nat']],
    to: [[8080, 'keycloakEcs']],
  },
  keycloakLbCloudfront: {
    groupName: (names) => names.securityGroup.keycloakLbCloudfront,
    description: 'Keycloak load balancer, from CloudFront',
    from: [[80, 'cloudfront']],
    to: [[8080, 'keycloakEcs']],
  },
  keycloakDb: {
    groupName: (names) => names.securityGroup.keycloakDb,
    description: 'Keycloak database and its proxy',
    from: [[DATABASE, 'keycloakEcs'], [DATABASE, 'keycloakDb']],
    // The proxy and the cluster share this group.
    to: [[DATABASE, 'keycloakDb']],
  },
  alb: {
    groupName: (names) => names.securityGroup.alb,
    description: 'Registry load balancer',
    from: [[80, 'allowed'], [443, 'allowed'], [8888, 'allowed'], [7860, 'allowed']],
    to: [['all', 'anyone']],
  },
  albCloudfront: {
    groupName: (names) => names.securityGroup.albCloudfront,
    description: 'Registry load balancer, from CloudFront',
    from: [[80, 'cloudfront']],
    to: [['all', 'anyone']],
  },
  auth: {
    groupName: (names) => names.securityGroup.service('auth'),
    description: 'Auth server tasks',
    from: [[8888, 'alb'], [8888, 'registry']],
    to: [['all', 'anyone'], [27017, 'documentdb']],
  },
  registry: {
    groupName: (names) => names.securityGroup.service('registry'),
    description: 'Registry tasks',
    from: [[80, 'alb'], [443, 'alb'], [7860, 'alb'], [80, 'mcpgw'], [7860, 'mcpgw']],
    to: [['all', 'anyone'], [27017, 'documentdb']],
  },
  currenttime: {
    groupName: (names) => names.securityGroup.service('currenttime'),
    description: 'Current time server tasks',
    from: [[8000, 'registry']],
    to: [['all', 'anyone']],
  },
  mcpgw: {
    groupName: (names) => names.securityGroup.service('mcpgw'),
    description: 'Registry tools server tasks',
    from: [[8003, 'registry']],
    to: [['all', 'anyone']],
  },
  realserverfaketools: {
    groupName: (names) => names.securityGroup.service('realserverfaketools'),
    description: 'Fake tools server tasks',
    from: [[8002, 'registry']],
    to: [['all', 'anyone']],
  },
  flightBookingAgent: {
    groupName: (names) => names.securityGroup.service('flight-booking-agent'),
    description: 'Flight booking agent tasks',
    from: [[9000, 'vpc']],
    to: [['all', 'anyone']],
  },
  travelAssistantAgent: {
    groupName: (names) => names.securityGroup.service('travel-assistant-agent'),
    description: 'Travel assistant agent tasks',
    from: [[9000, 'vpc']],
    to: [['all', 'anyone']],
  },
  documentdb: {
    groupName: (names) => names.securityGroup.documentdb,
    description: 'DocumentDB',
    from: [[27017, 'registry'], [27017, 'auth']],
    to: [['all', 'anyone']],
  },
  efs: {
    groupName: (names) => names.securityGroup.efs,
    description: 'File system',
    from: [[2049, 'vpc']],
    to: [['all', 'anyone']],
  },
  metrics: {
    groupName: (names) => names.securityGroup.service('metrics-service'),
    description: 'Metrics service tasks',
    only: 'observability',
    from: [[8890, 'auth'], [8890, 'registry']],
    to: [['all', 'anyone']],
  },
  grafana: {
    groupName: (names) => names.securityGroup.service('grafana'),
    description: 'Grafana tasks',
    only: 'observability',
    from: [[3000, 'alb']],
    to: [['all', 'anyone']],
  },
};
