import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CreateNetworkInterfaceCommand } from '@aws-sdk/client-ec2';
import { toReconcileError } from '../../../src/aws/errors.ts';
import { must } from '../../../src/engine/errors.ts';
import type { AnyKind, Observed } from '../../../src/engine/kind.ts';
import { liveOf } from '../../../src/engine/snapshot.ts';
import { securityGroup } from '../../../src/reconcilers/network/security-group.ts';
import { subnet } from '../../../src/reconcilers/network/subnet.ts';
import { vpc } from '../../../src/reconcilers/network/vpc.ts';
import { openAccount } from '../../sandbox-account.ts';
import { SandboxGateway } from '../../sandbox-gateway.ts';
import { addSubnets, addVpc } from './networks.ts';

test('what cannot go for now waits, and what holds it is named', async () => {
  const gateway = new SandboxGateway(await openAccount());
  const declared = gateway.declare((graph) => {
    const main = addVpc(graph);
    addSubnets(graph, main);
    graph.add(securityGroup, 'web', { vpcId: main.ref('vpcId'), groupName: 'web', description: 'web' });
  });
  await gateway.apply(declared);
  const snapshot = await gateway.look(declared);
  const live = (kind: AnyKind): Observed => must(liveOf(snapshot, kind.name)[0], kind.name);
  const act = { env: gateway.aws, node: { id: '', name: '', tags: {} }, token: '', live: () => [] };

  const ec2 = await gateway.aws.ec2();
  const GroupId = String(live(securityGroup).outputs['groupId']);
  const VpcId = String(live(vpc).outputs['vpcId']);
  const { NetworkInterface } = await ec2.client.send(
    new CreateNetworkInterfaceCommand({
      SubnetId: String(live(subnet).outputs['subnetId']),
      Groups: [GroupId],
      Description: 'ELB app/somebody/1',
    }),
  );
  const foreign = await ec2.send(
    new ec2.CreateSecurityGroupCommand({ VpcId, GroupName: 'theirs', Description: 'somebody else made it' }),
  );
  const IpPermissions = [{ IpProtocol: 'tcp', FromPort: 1, ToPort: 1, UserIdGroupPairs: [{ GroupId }] }];
  await ec2.send(new ec2.AuthorizeSecurityGroupIngressCommand({ GroupId: foreign.GroupId, IpPermissions }));

  const eni = `${NetworkInterface?.NetworkInterfaceId} (ELB app/somebody/1)`;
  const expected: readonly (readonly [AnyKind, readonly string[]])[] = [
    [subnet, [eni]],
    [securityGroup, [eni, `a rule of ${foreign.GroupId} (theirs)`]],
    [vpc, [eni, `${GroupId} (web)`, `${foreign.GroupId} (theirs)`]],
  ];
  for (const [kind, holders] of expected) {
    const refusal = await Promise.resolve(kind.delete?.(act, live(kind))).catch(toReconcileError);
    assert.equal((refusal as { readonly disposition?: string } | undefined)?.disposition, 'waiting', kind.name);
    assert.deepEqual([...((await kind.holders?.(act, live(kind))) ?? [])].sort(), [...holders].sort(), kind.name);
  }
});
