import type { Names } from '../../aws/names.ts';

export type AlwaysThere =
  | 'keycloakEcs'
  | 'keycloakLb'
  | 'keycloakDb'
  | 'alb'
  | 'auth'
  | 'registry'
  | 'currenttime'
  | 'mcpgw'
  | 'realserverfaketools'
  | 'flightBookingAgent'
  | 'travelAssistantAgent'
  | 'documentdb'
  | 'efs';

export type GroupName = AlwaysThere | 'metrics' | 'grafana' | 'vpcEndpoints' | 'albCloudfront' | 'keycloakLbCloudfront';

/**
 * Whom a rule lets in or out: a group, or `anyone`, the whole `vpc`, the ranges that the manifest has `allowed`, the
 * addresses of the NAT gateways, or CloudFront by its prefix list.
 */
export type Peer = GroupName | 'anyone' | 'vpc' | 'allowed' | 'nat' | 'cloudfront';

/** A TCP port, `dns` for port 53 of UDP, or every port of every protocol. */
export type Port = number | 'dns' | 'all';

type Rules = Readonly<Partial<Record<Peer, readonly Port[]>>>;

export interface Group {
  readonly groupName: (names: Names) => string;
  readonly description: string;
  readonly only?: 'observability' | 'endpoints' | 'cloudfront';
  readonly from: Rules;
  /** Besides, where Keycloak is reached by plain HTTP. */
  readonly fromPlain?: Rules;
  readonly to: Rules;
}

const DATABASE = 5432;

// CloudFront's list counts as 55 of the 60 rules that a group may have: it stands in groups of its own, for one port.
export const groupTable: Readonly<Record<GroupName, Group>> = {
  vpcEndpoints: {
    groupName: (names) => names.securityGroup.vpcEndpoints,
    description: 'VPC endpoints',
    only: 'endpoints',
    from: { vpc: [443] },
    to: {},
  },
  keycloakEcs: {
    groupName: (names) => names.securityGroup.keycloakEcs,
    description: 'Keycloak tasks',
    from: { keycloakLb: [8080], keycloakLbCloudfront: [8080] },
    to: { anyone: [443, 'dns'], keycloakDb: [DATABASE] },
  },
  keycloakLb: {
    groupName: (names) => names.securityGroup.keycloakLb,
    description: 'Keycloak load balancer',
    // Tasks reach its public name through NAT.
    from: { allowed: [80, 443], auth: [443], registry: [443], nat: [443] },
    fromPlain: { nat: [80] },
    to: { keycloakEcs: [8080] },
  },
  keycloakLbCloudfront: {
    groupName: (names) => names.securityGroup.keycloakLbCloudfront,
    description: 'Keycloak load balancer, from CloudFront',
    only: 'cloudfront',
    from: { cloudfront: [80] },
    to: { keycloakEcs: [8080] },
  },
  keycloakDb: {
    groupName: (names) => names.securityGroup.keycloakDb,
    description: 'Keycloak database and its proxy',
    from: { keycloakEcs: [DATABASE], keycloakDb: [DATABASE] },
    // The proxy and the cluster share this group.
    to: { keycloakDb: [DATABASE] },
  },
  alb: {
    groupName: (names) => names.securityGroup.alb,
    description: 'Registry load balancer',
    from: { allowed: [80, 443, 8888, 7860] },
    to: { anyone: ['all'] },
  },
  albCloudfront: {
    groupName: (names) => names.securityGroup.albCloudfront,
    description: 'Registry load balancer, from CloudFront',
    only: 'cloudfront',
    from: { cloudfront: [80] },
    to: { anyone: ['all'] },
  },
  auth: {
    groupName: (names) => names.securityGroup.service('auth'),
    description: 'Auth server tasks',
    from: { alb: [8888], registry: [8888] },
    to: { anyone: ['all'], documentdb: [27017] },
  },
  registry: {
    groupName: (names) => names.securityGroup.service('registry'),
    description: 'Registry tasks',
    from: { alb: [80, 443, 7860], mcpgw: [80, 7860] },
    to: { anyone: ['all'], documentdb: [27017] },
  },
  currenttime: {
    groupName: (names) => names.securityGroup.service('currenttime'),
    description: 'Current time server tasks',
    from: { registry: [8000] },
    to: { anyone: ['all'] },
  },
  mcpgw: {
    groupName: (names) => names.securityGroup.service('mcpgw'),
    description: 'Registry tools server tasks',
    from: { registry: [8003] },
    to: { anyone: ['all'] },
  },
  realserverfaketools: {
    groupName: (names) => names.securityGroup.service('realserverfaketools'),
    description: 'Fake tools server tasks',
    from: { registry: [8002] },
    to: { anyone: ['all'] },
  },
  flightBookingAgent: {
    groupName: (names) => names.securityGroup.service('flight-booking-agent'),
    description: 'Flight booking agent tasks',
    from: { vpc: [9000] },
    to: { anyone: ['all'] },
  },
  travelAssistantAgent: {
    groupName: (names) => names.securityGroup.service('travel-assistant-agent'),
    description: 'Travel assistant agent tasks',
    from: { vpc: [9000] },
    to: { anyone: ['all'] },
  },
  documentdb: {
    groupName: (names) => names.securityGroup.documentdb,
    description: 'DocumentDB',
    from: { registry: [27017], auth: [27017] },
    to: { anyone: ['all'] },
  },
  efs: {
    groupName: (names) => names.securityGroup.efs,
    description: 'File system',
    from: { vpc: [2049] },
    to: { anyone: ['all'] },
  },
  metrics: {
    groupName: (names) => names.securityGroup.service('metrics-service'),
    description: 'Metrics service tasks',
    only: 'observability',
    from: { auth: [8890], registry: [8890] },
    to: { anyone: ['all'] },
  },
  grafana: {
    groupName: (names) => names.securityGroup.service('grafana'),
    description: 'Grafana tasks',
    only: 'observability',
    from: { alb: [3000] },
    to: { anyone: ['all'] },
  },
};
