export interface SandboxOptions {
  /** 0 or none: any free one. */
  readonly port?: number;
  /** Prints nothing, neither while installing nor what the server reports. */
  readonly quiet?: boolean;
  /** How many seconds of AWS pass in one of ours. */
  readonly speed?: number;
}

export interface Sandbox {
  readonly url: string;
  /** An HTTP proxy that leads to public names as AWS would; its user is the account. */
  readonly proxy: string;
  /** The file with the certificate (PEM) that signs those behind the proxy. It goes with the sandbox. */
  readonly authority: string;
  /** What a process needs in its environment to use it. */
  readonly env: {
    readonly AWS_ENDPOINT_URL: string;
    readonly AWS_REGION: string;
    readonly AWS_ACCESS_KEY_ID: string;
    readonly AWS_SECRET_ACCESS_KEY: string;
    readonly MCPGW_PROBE_PROXY: string;
    readonly NODE_EXTRA_CA_CERTS: string;
  };
  /** Resolves with the exit code when the server has ended, for whatever reason. */
  readonly ended: Promise<number | null>;
  stop(): Promise<void>;
}

export function startSandbox(options?: SandboxOptions): Promise<Sandbox>;
