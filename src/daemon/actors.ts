import { isForbidden } from '../aws/errors.ts';
import type { Session } from '../controller/session.ts';
import type { Step } from '../engine/step.ts';
import type { Flips } from './flips.ts';
import type { Keeper } from './keeper.ts';

/** How many of a thing's ids are asked after. */
const IDS = 3;

/** Says of each fight who else is in it, as far as AWS's own record may be read and knows. */
export async function nameActors(
  keeper: Keeper,
  session: Session,
  flips: Flips,
  fights: readonly Step[],
): Promise<void> {
  for (const step of fights) {
    const by = await actorOf(session, step).catch((error: unknown) => {
      if (isForbidden(error)) return undefined;
      keeper.log.warn(`who changes ${step.node} cannot be looked up: ${String(error)}`);
      return undefined;
    });
    for (const flip of flips.fights)
      if (flip.node === step.node && flip.by === undefined && by !== undefined) flips.name(flip, by);
    const paths = flips.fights.filter((flip) => flip.node === step.node).map((flip) => flip.path);
    keeper.log.warn(
      { alert: 'FieldFlips', node: step.node, paths, by: by ?? 'unknown' },
      `${step.node} is changed outside again and again by ${by ?? 'somebody unknown'} and is left alone from now on`,
    );
  }
}

/** Who last changed a thing, besides ourselves. */
async function actorOf({ aws }: Session, { live }: Step): Promise<string | undefined> {
  const cloudtrail = await aws.cloudtrail();
  const ids = Object.values(live?.outputs ?? {}).filter((id) => typeof id === 'string');
  for (const AttributeValue of ids.slice(0, IDS)) {
    const { Events = [] } = await cloudtrail.send(
      new cloudtrail.LookupEventsCommand({
        LookupAttributes: [{ AttributeKey: 'ResourceName', AttributeValue }],
        MaxResults: 50,
      }),
    );
    for (const { ReadOnly, Username, EventName, CloudTrailEvent } of Events) {
      if (ReadOnly === 'true') continue;
      const arn = identityIn(CloudTrailEvent);
      if (arn === undefined || arn === aws.caller) continue;
      return `${arn ?? Username ?? ''} (${EventName ?? ''})`;
    }
  }
  return undefined;
}

function identityIn(event: string | undefined): string | undefined {
  if (event === undefined) return undefined;
  const { userIdentity } = JSON.parse(event) as { readonly userIdentity?: { readonly arn?: string } };
  return userIdentity?.arn;
}
