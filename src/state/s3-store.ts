import { randomUUID } from 'node:crypto';
import type { Service } from '../aws/clients.ts';
import { Connections } from '../aws/connections.ts';
import { codeOf, isForbidden } from '../aws/errors.ts';
import { collect } from '../aws/pages.ts';
import { stalled } from '../engine/errors.ts';
import type { Timing } from '../engine/timing.ts';
import type { Store, Stored } from './store.ts';

type S3 = Service<'s3'>;

export interface Bucket {
  readonly s3: S3;
  readonly name: string;
  /** Without slashes at its ends. */
  readonly prefix: string;
}

/**
 * Finds the bucket of `s3://bucket/prefix`, in whichever region it is. Encryption is as the bucket's default says.
 *
 * @throws {ReconcileError} that says what is missing
 */
export async function openBucket(url: string, region: string, timing: Timing): Promise<Bucket> {
  const [, name = '', prefix = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/+(.*?))?\/*$/.exec(url) ?? [];
  if (name === '') throw stalled('BadState', `${url} is no place for state: write s3://<bucket>/<prefix>`);
  const connections = new Connections();
  const clientsIn = async (place: string): Promise<S3> =>
    (await connections.get({ region: place, access: undefined, timing })).s3();
  const s3 = await clientsIn(region);
  const where = await regionOf(s3, name).catch((error: unknown) => {
    throw explained(error, { s3, name, prefix }, 's3:ListBucket');
  });
  return { s3: where === undefined || where === region ? s3 : await clientsIn(where), name, prefix };
}

/** S3 tells where a bucket is even to whoever asks in another region, or may not look into it. */
async function regionOf(s3: S3, Bucket: string): Promise<string | undefined> {
  try {
    const { BucketRegion } = await s3.send(new s3.HeadBucketCommand({ Bucket }));
    return BucketRegion;
  } catch (error) {
    if (!(error instanceof Error) || statusOf(error) !== MOVED) throw error;
    const { $response: answer } = error as Error & { readonly $response?: { readonly headers?: Headers } };
    const region = answer?.headers?.['x-amz-bucket-region'];
    if (region === undefined) throw error;
    return region;
  }
}

type Headers = Readonly<Record<string, string | undefined>>;

const MOVED = 301;

/** Which write an object came from, in its metadata. */
const WRITE = 'write';

interface Written extends Stored {
  readonly write: string | undefined;
}

/** One gateway's texts below `folder` in a bucket; an object each, guarded by S3's conditional writes. */
export function s3Store(bucket: Bucket, folder: string): Store {
  const { s3, name: Bucket, prefix } = bucket;
  const root = [prefix, folder].filter((part) => part !== '').join('/');
  const keyOf = (name: string): string => `${root}/${name}`;
  const explain =
    (action: string) =>
    (error: unknown): never => {
      throw explained(error, bucket, action);
    };

  async function read(name: string): Promise<Written | undefined> {
    try {
      const { Body, ETag, Metadata } = await s3.send(new s3.GetObjectCommand({ Bucket, Key: keyOf(name) }));
      return { text: (await Body?.transformToString()) ?? '', version: ETag ?? '', write: Metadata?.[WRITE] };
    } catch (error) {
      if (codeOf(error) === 'NoSuchKey') return undefined;
      throw explained(error, bucket, 's3:GetObject');
    }
  }

  async function put(name: string, text: string, condition: object): Promise<string> {
    const input = { Bucket, Key: keyOf(name), Body: text, ContentType: 'application/json', ...condition };
    const { ETag } = await s3.send(new s3.PutObjectCommand(input));
    return ETag ?? '';
  }

  async function swap(name: string, text: string, version: string | undefined): Promise<string | undefined> {
    const write = randomUUID();
    const condition = version === undefined ? { IfNoneMatch: '*' } : { IfMatch: version };
    for (;;) {
      try {
        return await put(name, text, { ...condition, Metadata: { [WRITE]: write } });
      } catch (error) {
        if (!REFUSED.has(codeOf(error))) return explain('s3:PutObject')(error);
      }
      const standing = await read(name);
      // The answer was lost and the SDK sent it again: it stands, so the second one was refused.
      if (standing?.write === write) return standing.version;
      if (standing?.version !== version) return undefined;
    }
  }

  async function append(name: string, text: string): Promise<void> {
    for (;;) {
      const standing = await read(name);
      if ((await swap(name, (standing?.text ?? '') + text, standing?.version)) !== undefined) return;
    }
  }

  return {
    place: `s3://${Bucket}/${root}`,
    read,
    swap,
    append,
    write: async (name, text) => void (await put(name, text, {}).catch(explain('s3:PutObject'))),
    async list(inner) {
      const Prefix = `${keyOf(inner)}/`;
      const pages = s3.paginateListObjectsV2({ client: s3.client }, { Bucket, Prefix });
      const objects = await collect(pages, (page) => page.Contents).catch(explain('s3:ListBucket'));
      return objects.map(({ Key = '' }) => Key.slice(root.length + 1)).sort();
    },
    remove: async (name) =>
      void (await s3.send(new s3.DeleteObjectCommand({ Bucket, Key: keyOf(name) })).catch(explain('s3:DeleteObject'))),
  };
}

/** A condition that did not hold; two writers at the same moment; nothing there to match. */
const REFUSED = new Set(['PreconditionFailed', 'ConditionalRequestConflict', 'NoSuchKey']);

function explained(error: unknown, { name, prefix }: Bucket, action: string): unknown {
  if (!(error instanceof Error)) return error;
  const status = statusOf(error);
  if (codeOf(error) === 'NoSuchBucket' || (status === 404 && codeOf(error) === 'NotFound'))
    return stalled(
      'NoStateBucket',
      `the bucket ${name} does not exist: make it (aws s3 mb s3://${name}) or correct --state`,
    );
  if (isForbidden(error) || status === 403)
    return stalled(
      'NoStateAccess',
      `the credentials may not ${action} in the bucket ${name}: they need s3:ListBucket on arn:aws:s3:::${name}, and s3:GetObject, s3:PutObject and s3:DeleteObject on arn:aws:s3:::${name}/${prefix === '' ? '' : `${prefix}/`}*`,
    );
  return error;
}

const statusOf = (error: Error): number | undefined =>
  (error as Error & { readonly $metadata?: { readonly httpStatusCode?: number } }).$metadata?.httpStatusCode;
