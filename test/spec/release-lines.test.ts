import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { serviceNames } from '../../src/spec/gateway.ts';
import { lines } from '../../src/spec/releases/lines.ts';
import { placeNames, type Choice } from '../../src/spec/releases/release.ts';
import { GraphBuilder } from '../../src/engine/graph.ts';
import { declarationOf } from '../declaration.ts';

const { gateway } = declarationOf(new GraphBuilder('us-east-1/mcp-gateway'), {
  security: { entra: { enabled: true, tenantId: 'tenant', clientId: 'client', clientSecret: { env: 'ENTRA' } } },
});

const isMeant = (name: string): boolean =>
  (placeNames as readonly string[]).includes(name) ||
  name.split('.').reduce<unknown>((value, key) => (Object(value) as Record<string, unknown>)[key], gateway) !==
    undefined;

const textsOf = (choice: Choice<string>): readonly string[] =>
  typeof choice === 'string' ? [choice] : [choice.value, choice.otherwise ?? ''];

for (const [name, line] of Object.entries(lines)) {
  const services = Object.entries(line.services);

  describe(`the line of images ${name}`, () => {
    test('puts every service in order, servers first but for one side of a ring', () => {
      assert.deepEqual([...line.order].sort(), [...serviceNames].sort());
      for (const caller of serviceNames)
        for (const called of line.services[caller].calls) {
          const isLater = line.order.indexOf(called) > line.order.indexOf(caller);
          const isRing = line.services[called].calls.includes(caller);
          assert.ok(!isLater || isRing, `${caller} calls ${called}, which comes after it`);
        }
    });

    test('writes in braces only what it gets a value for', () => {
      const texts = services.flatMap(([, { containers }]) =>
        containers.flatMap(({ environment }) => Object.values(environment).flatMap(textsOf)),
      );
      const names = new Set(texts.flatMap((text) => [...text.matchAll(/\{([^}]*)\}/g)].map((match) => match[1] ?? '')));
      assert.ok(names.size > 10);
      assert.deepEqual(
        [...names].filter((item) => !isMeant(item)),
        [],
      );
    });

    for (const [service, { alias, calls, containers, targets, grace }] of services)
      test(`${service}: ports, aliases, targets and start order fit together`, () => {
        const [first] = containers;
        const ports = Object.values(first?.ports ?? {});
        if (alias !== undefined) assert.ok(first?.ports[alias.portName], `no port is called ${alias.portName}`);
        assert.deepEqual(
          Object.values(targets).filter((port) => !ports.includes(port)),
          [],
        );
        assert.equal(grace !== undefined, Object.keys(targets).length > 0);
        assert.deepEqual(
          calls.filter((other) => line.services[other].alias === undefined),
          [],
        );
        const health = new Map(containers.map((container) => [container.name, container.health]));
        for (const { startsAfter } of containers) if (startsAfter !== undefined) assert.ok(health.get(startsAfter));
        for (const [variable] of Object.entries(first?.secrets ?? {}))
          assert.equal(first?.environment[variable], undefined);
      });
  });
}
