import type { HealthLine, Line, SecretLine, Choice, TargetHealthLine } from './release.ts';

const shell = (command: string, start: number): HealthLine => ({
  command: ['CMD-SHELL', command],
  interval: 30,
  timeout: 5,
  retries: 3,
  start,
});
const http = (address: string, start: number): HealthLine =>
  shell(`curl -f http://localhost:${address} || exit 1`, start);
const tcp = (port: number): HealthLine => shell(`nc -z localhost ${port} || exit 1`, 30);

/** What a load balancer asks. */
const asks = (path: string, rest: Partial<TargetHealthLine> = {}): TargetHealthLine => ({
  path,
  port: 'traffic-port',
  matcher: '200',
  interval: 30,
  timeout: 5,
  healthyThreshold: 2,
  unhealthyThreshold: 2,
  ...rest,
});
const DAY = 86_400;

// The image has neither curl nor wget. Until Keycloak 24 the port of its pages answers for its health too.
const keycloakHealth: HealthLine = {
  command: [
    'CMD',
    'bash',
    '-c',
    'exec 3<>/dev/tcp/127.0.0.1/8080 && ' +
      `printf 'GET /health/ready HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && ` +
      'read -r _ status _ <&3 && [ "$status" = 200 ]',
  ],
  interval: 30,
  timeout: 5,
  retries: 3,
  // It builds itself for its database, then makes or migrates the schema. More than this ECS does not take.
  start: 300,
};

const signIn: Readonly<Record<string, string>> = {
  AUTH_PROVIDER: '{authProvider}',
  ENTRA_ENABLED: '{security.entra.enabled}',
  ENTRA_TENANT_ID: '{security.entra.tenantId}',
  ENTRA_CLIENT_ID: '{security.entra.clientId}',
  SESSION_COOKIE_SECURE: '{cookieSecure}',
  SESSION_COOKIE_DOMAIN: '{cookieDomain}',
  OAUTH_STORE_TOKENS_IN_SESSION: '{registry.storeTokensInSession}',
  REGISTRY_STATIC_TOKEN_AUTH_ENABLED: '{security.staticToken.enabled}',
  FEDERATION_STATIC_TOKEN_AUTH_ENABLED: '{security.federation.staticTokenEnabled}',
  // The registry shows it; the auth server is the one that counts.
  MAX_TOKENS_PER_USER_PER_HOUR: '{registry.maxTokensPerUserPerHour}',
};

const store: Readonly<Record<string, string>> = {
  STORAGE_BACKEND: '{registry.storage}',
  DOCUMENTDB_HOST: '{documentdbHost}',
  DOCUMENTDB_PORT: '27017',
  DOCUMENTDB_DATABASE: '{databases.registry.database}',
  DOCUMENTDB_NAMESPACE: '{databases.registry.namespace}',
  DOCUMENTDB_USE_TLS: '{databases.registry.tls}',
  DOCUMENTDB_USE_IAM: '{databases.registry.iam}',
  DOCUMENTDB_TLS_CA_FILE: '/app/global-bundle.pem',
  REGISTRY_ID: '{registry.id}',
  AUDIT_LOG_ENABLED: '{security.audit.enabled}',
  AUDIT_LOG_MONGODB_TTL_DAYS: '{security.audit.ttlDays}',
};

const metricsUrl: Choice<string> = { value: 'http://metrics-service:8890', when: 'observability', otherwise: '' };

/** What registry and auth server both sign, check and sign in with. */
const sharedSecrets: Readonly<Record<string, Choice<SecretLine>>> = {
  SECRET_KEY: { secret: 'secretKey' },
  KEYCLOAK_CLIENT_SECRET: { secret: 'keycloakClient', key: 'client_secret' },
  KEYCLOAK_M2M_CLIENT_SECRET: { secret: 'keycloakM2m', key: 'client_secret' },
  DOCUMENTDB_USERNAME: { value: { secret: 'documentdb', key: 'username' }, when: 'documentdb' },
  DOCUMENTDB_PASSWORD: { value: { secret: 'documentdb', key: 'password' }, when: 'documentdb' },
  ENTRA_CLIENT_SECRET: { value: { secret: 'entra' }, when: 'entra' },
  METRICS_API_KEY: { value: { secret: 'metricsApi' }, when: 'observability' },
  REGISTRY_API_TOKEN: { value: { secret: 'registryApiToken' }, when: 'staticToken' },
  FEDERATION_STATIC_TOKEN: { value: { secret: 'federationToken' }, when: 'federationToken' },
  FEDERATION_ENCRYPTION_KEY: { value: { secret: 'federationKey' }, when: 'federationKey' },
};

const rollout = { max: 200, min: 66 };
const cooldown = { in: 300, out: 60 };
const core = { cpu: 'cpu', memory: 'memory', cooldown };
const sample = { cpu: 'cpu', cooldown };
const agent = { AWS_REGION: '{region}', AWS_DEFAULT_REGION: '{region}' };

const collectorConfig = `receivers:
  prometheus:
    config:
      scrape_configs:
        - job_name: mcp-metrics-service
          scrape_interval: 15s
          metrics_path: /metrics
          static_configs:
            - targets: ["localhost:9465"]
extensions:
  health_check:
    endpoint: 0.0.0.0:13133
  sigv4auth:
    region: {region}
    service: aps
exporters:
  prometheusremotewrite:
    endpoint: {prometheusUrl}api/v1/remote_write
    auth:
      authenticator: sigv4auth
service:
  extensions: [health_check, sigv4auth]
  pipelines:
    metrics:
      receivers: [prometheus]
      exporters: [prometheusremotewrite]
`;

/** The images of the first release, with Keycloak 23. */
export const line: Line = {
  modelInImage: 'all-MiniLM-L6-v2',
  // The registry and mcpgw call each other. mcpgw is the smaller one, so it is the one that is deployed twice.
  order: [
    'metrics',
    'auth',
    'currenttime',
    'realserverfaketools',
    'flightBookingAgent',
    'travelAssistantAgent',
    'mcpgw',
    'registry',
    'keycloak',
    'grafana',
  ],
  targetGroups: {
    // The registry answers for its health on the port behind its nginx.
    registry: { port: 80, healthCheck: asks('/health', { port: '7860' }), deregistrationDelay: 5, stickiness: 0 },
    auth: { port: 8888, healthCheck: asks('/health'), deregistrationDelay: 5, stickiness: 0 },
    gradio: { port: 7860, healthCheck: asks('/health'), deregistrationDelay: 5, stickiness: 0 },
    keycloak: {
      port: 8080,
      // Until Keycloak 24 its health is asked for on the port of its pages.
      healthCheck: asks('/health', { matcher: '200-399', unhealthyThreshold: 3 }),
      deregistrationDelay: 30,
      stickiness: DAY,
    },
    grafana: { port: 3000, healthCheck: asks('/api/health'), deregistrationDelay: 5, stickiness: 0 },
  },
  services: {
    registry: {
      name: 'registry',
      cluster: 'main',
      containers: [
        {
          name: 'registry',
          image: 'registry',
          logs: 'registry',
          essential: true,
          ports: { http: 80, https: 443, registry: 7860 },
          environment: {
            GATEWAY_ADDITIONAL_SERVER_NAMES: '{serverNames}',
            EC2_PUBLIC_DNS: '{registryHost}',
            AUTH_SERVER_URL: 'http://auth-server:8888',
            AUTH_SERVER_EXTERNAL_URL: '{registryUrl}',
            KEYCLOAK_URL: '{keycloakUrl}',
            KEYCLOAK_ENABLED: 'true',
            KEYCLOAK_REALM: 'mcp-gateway',
            KEYCLOAK_CLIENT_ID: 'mcp-gateway-web',
            // With the password of the administrator whom the manifest names.
            KEYCLOAK_ADMIN: '{keycloak.adminUsername}',
            AWS_REGION: '{region}',
            SCOPES_CONFIG_PATH: { value: '/app/auth_server/scopes.yml', unless: 'documentdb' },
            EMBEDDINGS_PROVIDER: '{embeddings.provider}',
            EMBEDDINGS_MODEL_NAME: '{embeddings.model}',
            EMBEDDINGS_MODEL_DIMENSIONS: '{embeddings.dimensions}',
            EMBEDDINGS_AWS_REGION: '{embeddings.region}',
            SECURITY_SCAN_ENABLED: '{security.scan.enabled}',
            SECURITY_SCAN_ON_REGISTRATION: '{security.scan.onRegistration}',
            SECURITY_BLOCK_UNSAFE_SERVERS: '{security.scan.blockUnsafeServers}',
            SECURITY_ANALYZERS: '{security.scan.analyzers}',
            SECURITY_SCAN_TIMEOUT: '{security.scan.timeoutSeconds}',
            SECURITY_ADD_PENDING_TAG: '{security.scan.addPendingTag}',
            DEPLOYMENT_MODE: '{registry.deploymentMode}',
            REGISTRY_MODE: '{registry.mode}',
            METRICS_SERVICE_URL: metricsUrl,
            SERVICE_CONNECT_NAMESPACE: '{namespace}',
            ...signIn,
            ...store,
          },
          secrets: {
            ...sharedSecrets,
            ADMIN_PASSWORD: { secret: 'adminPassword' },
            KEYCLOAK_ADMIN_PASSWORD: { secret: 'keycloakAdmin' },
            EMBEDDINGS_API_KEY: { secret: 'embeddings' },
          },
          mounts: {
            '/app/registry/servers': 'servers',
            '/app/registry/agents': 'agents',
            '/app/logs': 'logs',
            // It would hide the model in the image, and the first task would download it anew.
            '/app/registry/models': { value: 'models', when: 'downloadedModel' },
            // It hides the scopes in the image: right only where the scopes are kept in files.
            '/app/auth_server': { value: 'authConfig', unless: 'documentdb' },
          },
          health: http('7860/health', 60),
        },
      ],
      alias: { name: 'registry', port: 80, portName: 'http' },
      calls: [
        'auth',
        'currenttime',
        'realserverfaketools',
        'mcpgw',
        'flightBookingAgent',
        'travelAssistantAgent',
        'metrics',
      ],
      targets: { registry: 80, gradio: 7860 },
      grace: 900,
      rollout,
      shell: true,
      grants: [{ value: 'embeddings', when: 'bedrock' }],
      scaling: core,
    },
    auth: {
      name: 'auth',
      cluster: 'main',
      containers: [
        {
          name: 'auth-server',
          image: 'auth',
          logs: 'auth',
          essential: true,
          ports: { 'auth-server': 8888 },
          environment: {
            REGISTRY_URL: '{registryUrl}',
            AUTH_SERVER_URL: 'http://auth-server:8888',
            AUTH_SERVER_EXTERNAL_URL: '{registryUrl}',
            AWS_REGION: '{region}',
            KEYCLOAK_URL: '{keycloakUrl}',
            KEYCLOAK_EXTERNAL_URL: '{keycloakUrl}',
            KEYCLOAK_REALM: 'mcp-gateway',
            KEYCLOAK_CLIENT_ID: 'mcp-gateway-web',
            KEYCLOAK_M2M_CLIENT_ID: 'mcp-gateway-m2m',
            // The access point is the folder itself: the path holds its name once.
            SCOPES_CONFIG_PATH: { value: '/efs/auth_config/scopes.yml', unless: 'documentdb' },
            METRICS_SERVICE_URL: metricsUrl,
            ...signIn,
            ...store,
          },
          secrets: sharedSecrets,
          mounts: { '/app/logs': 'logs', '/efs/auth_config': 'authConfig' },
          health: http('8888/health', 60),
        },
      ],
      alias: { name: 'auth-server', port: 8888, portName: 'auth-server' },
      calls: ['metrics'],
      targets: { auth: 8888 },
      grace: 300,
      rollout,
      shell: true,
      scaling: core,
    },
    keycloak: {
      name: 'keycloak',
      cluster: 'keycloak',
      containers: [
        {
          name: 'keycloak',
          image: 'keycloak',
          logs: 'keycloak',
          essential: true,
          command: ['start', { value: '--optimized', when: 'keycloakOptimized' }],
          ports: { keycloak: 8080, 'keycloak-management': 9000 },
          environment: {
            AWS_REGION: '{region}',
            KC_PROXY: 'edge',
            KC_PROXY_ADDRESS_FORWARDING: 'true',
            KC_HOSTNAME_URL: '{keycloakUrl}',
            KC_HOSTNAME_ADMIN_URL: '{keycloakUrl}',
            KC_HOSTNAME_STRICT: 'false',
            KC_HOSTNAME_STRICT_HTTPS: '{httpsOnly}',
            KC_HEALTH_ENABLED: 'true',
            KC_METRICS_ENABLED: 'true',
            KEYCLOAK_LOGLEVEL: '{keycloak.logLevel}',
            // The name above is older than this Keycloak, which reads this one.
            KC_LOG_LEVEL: '{keycloak.logLevel}',
            // The image was built for MySQL: Keycloak builds itself anew, with what stands here and nothing else.
            KC_DB: 'postgres',
            KC_FEATURES: { value: 'token-exchange', unless: 'keycloakOptimized' },
          },
          secrets: {
            KEYCLOAK_ADMIN: { parameter: 'keycloakAdmin' },
            KEYCLOAK_ADMIN_PASSWORD: { parameter: 'keycloakAdminPassword' },
            KC_DB_URL: { parameter: 'databaseUrl' },
            KC_DB_USERNAME: { parameter: 'databaseUsername' },
            KC_DB_PASSWORD: { parameter: 'databasePassword' },
          },
          mounts: {},
          health: keycloakHealth,
        },
      ],
      calls: [],
      targets: { keycloak: 8080 },
      grace: 900,
      rollout: { max: 200, min: 100 },
      shell: false,
      scaling: { cpu: 'keycloak-cpu-autoscaling', memory: 'keycloak-memory-autoscaling' },
    },
    currenttime: {
      name: 'currenttime',
      cluster: 'main',
      containers: [
        {
          name: 'currenttime-server',
          image: 'currenttime',
          logs: 'currenttime',
          essential: true,
          ports: { currenttime: 8000 },
          environment: { PORT: '8000', MCP_TRANSPORT: 'streamable-http' },
          secrets: {},
          mounts: {},
          health: tcp(8000),
        },
      ],
      alias: { name: 'currenttime-server', port: 8000, portName: 'currenttime' },
      calls: [],
      targets: {},
      rollout,
      shell: true,
      scaling: sample,
    },
    mcpgw: {
      name: 'mcpgw',
      cluster: 'main',
      containers: [
        {
          name: 'mcpgw-server',
          image: 'mcpgw',
          logs: 'mcpgw',
          essential: true,
          ports: { mcpgw: 8003 },
          environment: { PORT: '8003', REGISTRY_BASE_URL: 'http://registry', REGISTRY_USERNAME: 'admin' },
          secrets: { REGISTRY_PASSWORD: { secret: 'adminPassword' } },
          mounts: { '/app/data': 'mcpgwData' },
          health: tcp(8003),
        },
      ],
      alias: { name: 'mcpgw-server', port: 8003, portName: 'mcpgw' },
      calls: ['registry'],
      targets: {},
      rollout,
      shell: true,
      scaling: sample,
    },
    realserverfaketools: {
      name: 'realserverfaketools',
      cluster: 'main',
      containers: [
        {
          name: 'realserverfaketools-server',
          image: 'realserverfaketools',
          logs: 'realserverfaketools',
          essential: true,
          ports: { realserverfaketools: 8002 },
          environment: { PORT: '8002', MCP_TRANSPORT: 'streamable-http' },
          secrets: {},
          mounts: {},
          health: tcp(8002),
        },
      ],
      alias: { name: 'realserverfaketools-server', port: 8002, portName: 'realserverfaketools' },
      calls: [],
      targets: {},
      rollout,
      shell: true,
      scaling: sample,
    },
    flightBookingAgent: {
      name: 'flight-booking-agent',
      cluster: 'main',
      containers: [
        {
          name: 'flight-booking-agent',
          image: 'flightBookingAgent',
          logs: 'flightBookingAgent',
          essential: true,
          ports: { 'flight-booking': 9000 },
          environment: agent,
          secrets: {},
          mounts: {},
          health: http('9000/ping', 60),
        },
      ],
      alias: { name: 'flight-booking-agent', port: 9000, portName: 'flight-booking' },
      calls: [],
      targets: {},
      rollout,
      shell: true,
      scaling: sample,
    },
    travelAssistantAgent: {
      name: 'travel-assistant-agent',
      cluster: 'main',
      containers: [
        {
          name: 'travel-assistant-agent',
          image: 'travelAssistantAgent',
          logs: 'travelAssistantAgent',
          essential: true,
          ports: { 'travel-assistant': 9000 },
          environment: agent,
          secrets: {},
          mounts: {},
          health: http('9000/ping', 60),
        },
      ],
      alias: { name: 'travel-assistant-agent', port: 9000, portName: 'travel-assistant' },
      calls: [],
      targets: {},
      rollout,
      shell: true,
      scaling: sample,
    },
    metrics: {
      name: 'metrics-service',
      when: 'observability',
      cluster: 'main',
      containers: [
        {
          name: 'metrics-service',
          image: 'metrics',
          logs: 'metrics',
          essential: true,
          ports: { 'metrics-api': 8890, 'prometheus-exporter': 9465 },
          environment: {
            METRICS_SERVICE_HOST: '0.0.0.0',
            METRICS_SERVICE_PORT: '8890',
            OTEL_SERVICE_NAME: 'mcp-metrics-service',
            OTEL_PROMETHEUS_ENABLED: 'true',
            OTEL_PROMETHEUS_PORT: '9465',
            METRICS_RATE_LIMIT: '1000',
            HISTOGRAM_BUCKET_BOUNDARIES: '0.005,0.01,0.025,0.05,0.1,0.25,0.5,1.0,2.5,5.0,10.0,30.0,60.0,120.0,300.0',
            SQLITE_DB_PATH: '/tmp/metrics.db',
            METRICS_RETENTION_DAYS: '7',
          },
          secrets: {
            METRICS_API_KEY_REGISTRY: { secret: 'metricsApi' },
            METRICS_API_KEY_AUTH: { secret: 'metricsApi' },
            METRICS_API_KEY_MCPGW: { secret: 'metricsApi' },
          },
          mounts: {},
          health: http('8890/health', 30),
        },
        {
          name: 'adot-collector',
          image: 'collector',
          logs: 'collector',
          essential: false,
          command: ['--config=env:AOT_CONFIG_CONTENT'],
          ports: {},
          environment: { AOT_CONFIG_CONTENT: collectorConfig, AWS_REGION: '{region}' },
          secrets: {},
          mounts: {},
          startsAfter: 'metrics-service',
        },
      ],
      alias: { name: 'metrics-service', port: 8890, portName: 'metrics-api' },
      calls: [],
      targets: {},
      rollout,
      shell: true,
      grants: ['writeMetrics'],
    },
    grafana: {
      name: 'grafana',
      when: 'observability',
      cluster: 'main',
      containers: [
        {
          name: 'grafana',
          image: 'grafana',
          logs: 'grafana',
          essential: true,
          ports: { 'grafana-http': 3000 },
          environment: {
            AWS_REGION: '{region}',
            AMP_ENDPOINT: '{prometheusUrl}',
            GF_AUTH_SIGV4_AUTH_ENABLED: 'true',
            GF_AWS_ALLOWED_AUTH_PROVIDERS: 'default,ec2_iam_role',
            GF_SERVER_ROOT_URL: '%(protocol)s://%(domain)s/grafana/',
            GF_SERVER_SERVE_FROM_SUB_PATH: 'true',
            GF_AUTH_ANONYMOUS_ENABLED: 'false',
            GF_AUTH_ANONYMOUS_ORG_ROLE: 'Viewer',
            GF_AUTH_DISABLE_LOGIN_FORM: 'false',
            GF_LOG_MODE: 'console',
            GF_LOG_LEVEL: 'info',
            GF_DASHBOARDS_MIN_REFRESH_INTERVAL: '10s',
          },
          secrets: { GF_SECURITY_ADMIN_PASSWORD: { secret: 'grafanaAdmin' } },
          mounts: {},
          health: shell('wget -q -O /dev/null http://localhost:3000/api/health || exit 1', 30),
        },
      ],
      alias: { name: 'grafana', port: 3000, portName: 'grafana-http' },
      calls: [],
      targets: { grafana: 3000 },
      grace: 300,
      rollout,
      shell: true,
      grants: ['readMetrics'],
    },
  },
};
