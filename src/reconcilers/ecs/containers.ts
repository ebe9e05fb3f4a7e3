import { must } from '../../engine/errors.ts';
import { format, type Input } from '../../engine/ref.ts';
import type { Gateway } from '../../spec/gateway.ts';
import type { ContainerLine, SecretLine, ServiceLine } from '../../spec/releases/release.ts';
import { allChosen, chosen, fill, type Conditions, type Places } from './choices.ts';
import type { Parts } from './parts.ts';
import type { ContainerProps, VolumeProps } from './task-definition-form.ts';

/** What the line's data are read against. */
export interface Context {
  readonly gateway: Gateway;
  readonly conditions: Conditions;
  readonly places: Places;
  readonly parts: Parts;
  readonly imageOf: (container: ContainerLine) => Input<string>;
}

type Variables = Readonly<Record<string, string>>;

/** The containers of a service's tasks. `own` are the variables that the manifest adds to the first. */
export function containersOf(
  line: ServiceLine,
  own: Variables,
  context: Context,
): Readonly<Record<string, Input<ContainerProps>>> {
  return Object.fromEntries(
    line.containers.map((item, i) => [item.name, containerOf(item, i === 0 ? own : {}, context)]),
  );
}

function containerOf(line: ContainerLine, own: Variables, context: Context): Input<ContainerProps> {
  const { gateway, conditions, places, parts } = context;
  const environment = allChosen(line.environment, conditions).map(([name, text]) => [
    name,
    fill(text, gateway, places),
  ]);
  const secrets = secretsIn(line, own, conditions).map(([name, from]) => [name, valueFrom(from, parts)]);
  const command = line.command?.flatMap((word) => chosen(word, conditions) ?? []);
  return {
    image: context.imageOf(line),
    essential: line.essential,
    ...(command !== undefined && { command }),
    environment: { ...Object.fromEntries(environment), ...own },
    secrets: Object.fromEntries(secrets),
    ports: line.ports,
    mounts: Object.fromEntries(allChosen(line.mounts, conditions)),
    ...(line.health !== undefined && { health: line.health }),
    logGroup: must(parts.observability.logGroups[line.logs], `log group ${line.logs}`).ref('logGroupName'),
    ...(line.startsAfter !== undefined && { startsAfter: line.startsAfter }),
  };
}

/** The file system's folders that a service's containers see, each through its access point. */
export function volumesOf(
  line: ServiceLine,
  { conditions, parts }: Context,
): Readonly<Record<string, Input<VolumeProps>>> {
  const { fileSystemId, accessPoints } = parts.data.files;
  const folders = line.containers.flatMap((item) => allChosen(item.mounts, conditions).map(([, folder]) => folder));
  return Object.fromEntries(
    folders.map((folder) => [folder, { fileSystemId, accessPointId: accessPoints[folder].ref('accessPointId') }]),
  );
}

/** Everything secret that a service's containers read when they start, each once. */
export function secretsOf(line: ServiceLine, own: Variables, { conditions }: Context): readonly SecretLine[] {
  const all = line.containers.flatMap((item, i) =>
    secretsIn(item, i === 0 ? own : {}, conditions).map(([, from]) => from),
  );
  return [...new Map(all.map((from) => ['secret' in from ? from.secret : from.parameter, from])).values()];
}

/** ECS refuses a name that is a variable and a secret, and what the manifest says wins. */
const secretsIn = (line: ContainerLine, own: Variables, conditions: Conditions) =>
  allChosen(line.secrets, conditions).filter(([name]) => !(name in own));

export function arnOf(from: SecretLine, { identity, data }: Parts): Input<string> {
  if ('parameter' in from) return data.parameters[from.parameter].ref('parameterArn');
  return must(identity.secrets[from.secret], `secret ${from.secret}`).ref('arn');
}

/** What changes when the value does. Keycloak reads its administrator once, when it makes its database. */
export function versionOf(from: SecretLine, { identity, data }: Parts): Input<string> | undefined {
  if ('secret' in from) return must(identity.secrets[from.secret], `secret ${from.secret}`).ref('versionId');
  if (from.parameter === 'databasePassword') return identity.secrets.keycloakDatabase.ref('versionId');
  return from.parameter === 'databaseUrl' ? data.aurora.endpoint : undefined;
}

/** ECS's way to name one member of a secret, in its newest version. */
function valueFrom(from: SecretLine, parts: Parts): Input<string> {
  const arn = arnOf(from, parts);
  return 'secret' in from && from.key !== undefined ? format`${arn}:${from.key}::` : arn;
}
