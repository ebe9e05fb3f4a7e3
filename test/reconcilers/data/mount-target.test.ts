import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { must } from '../../../src/engine/errors.ts';
import type { GraphBuilder } from '../../../src/engine/graph.ts';
import { mountTarget } from '../../../src/reconcilers/data/mount-target.ts';
import { securityGroup } from '../../../src/reconcilers/network/security-group.ts';
import { testKind } from '../../kind-contract.ts';
import { openAccount, type SandboxAccount } from '../../sandbox-account.ts';
import { assertEmpty, SandboxGateway } from '../../sandbox-gateway.ts';
import { addSubnets, addVpc } from '../network/networks.ts';
import { addFileSystem } from './file-systems.ts';

function addNeeds(graph: GraphBuilder, name: string) {
  const main = addVpc(graph);
  const [first] = addSubnets(graph, main);
  const [group] = ['files', 'another'].map((text) =>
    graph.add(securityGroup, text, { vpcId: main.ref('vpcId'), groupName: `${name}-${text}`, description: text }),
  );
  return {
    fileSystemId: addFileSystem(graph, name).ref('fileSystemId', { when: 'ready' }),
    subnetId: must(first, 'subnet').ref('subnetId'),
    securityGroups: [must(group, 'group').ref('groupId')],
  };
}

testKind(mountTarget, {
  needs: addNeeds,
  props: {},
  updates: [{ securityGroups: [{ $ref: 'SecurityGroup/another', output: 'groupId' }] }],
  observeBudget: 2,
});

let account: SandboxAccount;
before(async () => {
  account = await openAccount();
});

test('a mount target that nobody declared is removed, and the declared one stays', async () => {
  const own = new SandboxGateway(account);
  const declared = own.declare((graph) => void graph.add(mountTarget, 'private-a', addNeeds(graph, own.name)));
  const { snapshot } = await own.apply(declared);
  const outputOf = (kind: string, name: string, output: string): string => {
    const view = snapshot.get(kind);
    assert.equal(view?.status, 'known');
    return String(view.live.find((live) => live.name === name)?.outputs[output]);
  };
  const efs = await own.aws.efs();
  const FileSystemId = outputOf('FileSystem', 'files', 'fileSystemId');
  await efs.send(
    new efs.CreateMountTargetCommand({ FileSystemId, SubnetId: outputOf('Subnet', 'private-b', 'subnetId') }),
  );

  const plan = await own.plan(declared);
  assert.deepEqual(
    plan.steps.map((step) => step.action),
    ['delete'],
  );
  assert.match(plan.steps[0]?.node ?? '', /^MountTarget\/files\/fsmt-/);
  await own.apply(declared);
  assertEmpty(await own.plan(declared));
});
