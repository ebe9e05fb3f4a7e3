import assert from 'node:assert/strict';
import { after, before, test, type TestContext } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { stalled } from '../../src/engine/errors.ts';
import { launch, open, whyNot, type Opened } from './chromium.ts';
import { gatewayReport, sourceReport } from './gateway-reports.ts';
import { serve, type HttpSideOptions, type Served } from './http-side.ts';
import { scene } from './scene.ts';

const PATH = '/gateways/123456789012/us-east-1/mcp-gateway';
const KEY = '123456789012/us-east-1/mcp-gateway';
const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
const skip = whyNot();

let browser: Browser;
before(async () => {
  if (skip === false) browser = await launch();
});
after(() => browser?.close());

interface Visit extends Opened {
  readonly served: Served;
}

async function visit(
  t: TestContext,
  path: string,
  given: { readonly browser?: BrowserContextOptions; readonly side?: HttpSideOptions } = {},
): Promise<Visit> {
  const served = await serve({ board: await scene(Date.now()), ...given.side });
  t.after(() => served.close());
  const opened = await open(browser, served.url + path, given.browser);
  t.after(() => opened.page.close());
  return { ...opened, served };
}

/** What of the page sticks out to the right. */
const overflow = (page: Page): Promise<readonly string[]> =>
  page.evaluate(
    `[...document.querySelectorAll('body *')]
      .filter((part) => part.getBoundingClientRect().right > innerWidth + 1)
      .filter((part) => !part.closest('.gateways ul, .bars') && !part.matches('.skip'))
      .map((part) => part.outerHTML.slice(0, 80))`,
  );

/** Texts whose contrast with what is behind them is below 4.5. */
const faintTexts = (page: Page): Promise<readonly string[]> =>
  page.evaluate(`(() => {
    const channels = (color) => color.match(/[\\d.]+/g).map(Number);
    const light = (color) => {
      const [r, g, b] = channels(color).map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (part) => {
      for (let at = part; at !== null; at = at.parentElement) {
        const color = getComputedStyle(at).backgroundColor;
        if ((channels(color)[3] ?? 1) > 0) return color;
      }
      return 'rgb(255, 255, 255)';
    };
    return [...document.querySelectorAll('body *')]
      .filter((part) => [...part.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim() !== ''))
      .filter((part) => part.checkVisibility() && !part.matches('option, .skip'))
      .flatMap((part) => {
        const [a, b] = [light(getComputedStyle(part).color), light(behind(part))].sort((x, y) => y - x);
        const contrast = (a + 0.05) / (b + 0.05);
        return contrast < 4.5 ? [contrast.toFixed(1) + ' ' + part.textContent.trim().slice(0, 40)] : [];
      });
  })()`);

/** Resolves when a part has come into the upper half of the window. */
async function isInSight(page: Page, part: string): Promise<void> {
  const height = page.viewportSize()?.height ?? 0;
  const top = async (): Promise<number> => (await page.locator(part).boundingBox())?.y ?? Infinity;
  for (let tries = 0; tries < 100; tries++) {
    if (Math.abs(await top()) < height / 2) return;
    await page.waitForTimeout(50);
  }
  throw new Error(`${part} is at ${await top()}`);
}

const VIEWS = ['/', PATH, `${PATH}?node=Service/auth&toggled=pause,same`, `${PATH}?find=keycloak`];
const HELD = '/gateways/210987654321/eu-central-1/staging?toggled=approve,network';

for (const colorScheme of ['light', 'dark'] as const)
  test(`nothing sticks out on a phone, and every text can be read, in ${colorScheme}`, { skip }, async (t) => {
    const { page, problems, served } = await visit(t, '/', { browser: { ...PHONE, colorScheme } });
    for (const path of [...VIEWS, HELD]) {
      await page.goto(served.url + path);
      assert.deepEqual(await overflow(page), [], path);
      assert.deepEqual(await faintTexts(page), [], path);
    }
    assert.deepEqual(problems, []);
  });

test('what is touched on a phone is large enough', { skip }, async (t) => {
  const { page } = await visit(t, `${PATH}?node=Service/auth&toggled=pause`, { browser: PHONE });
  const small =
    await page.evaluate(`[...document.querySelectorAll('button, .button, .fold, .node, .close, select, input')]
    .filter((part) => part.checkVisibility())
    .filter((part) => part.getBoundingClientRect().height < 32)
    .map((part) => part.outerHTML.slice(0, 80))`);
  assert.deepEqual(small, []);
});

test('three columns on a desk, one on a phone', { skip }, async (t) => {
  const { page } = await visit(t, `${PATH}?node=Service/auth`);
  const lefts = async (): Promise<readonly number[]> =>
    Promise.all(
      ['#gateways', '#main', '#node'].map(async (part) =>
        Math.round((await page.locator(part).boundingBox())?.x ?? -1),
      ),
    );
  const [a, b, c] = await lefts();
  assert.ok(a !== undefined && b !== undefined && c !== undefined && a < b && b < c);
  await page.setViewportSize(PHONE.viewport);
  assert.equal(new Set(await lefts()).size, 1);
});

test('a change is seen without a reload, and what somebody was doing stays', { skip }, async (t) => {
  const { page, served, problems } = await visit(t, PATH);
  await page.locator('#ask-pause').click();
  await page.locator('#pause-why').fill('half a rea');
  await page.evaluate(`window.stillHere = true`);
  const report = served.board.get(KEY);
  assert.ok(report);
  served.board.put({
    ...report,
    nodes: report.nodes.map((node) =>
      node.id === 'Service/auth' ? { ...node, phase: 'ready', because: '', since: new Date().toISOString() } : node,
    ),
    conditions: [],
  });
  await page.locator('[id="row-Service/auth"]').waitFor({ state: 'detached' });
  assert.equal(await page.locator('#pause-why').inputValue(), 'half a rea');
  assert.equal(await page.evaluate(`document.activeElement.id`), 'pause-why');
  assert.equal(await page.evaluate(`window.stillHere`), true);
  served.board.put(gatewayReport({ name: 'brand-new' }));
  await page.locator('#gateways').getByText('brand-new').waitFor();
  assert.deepEqual(problems, []);
});

test('times go on by themselves', { skip }, async (t) => {
  const { page } = await visit(t, PATH);
  const age = page.locator('.facts time').first();
  const first = await age.textContent();
  await age.filter({ hasNotText: first ?? '' }).waitFor();
  assert.match((await age.textContent()) ?? '', /^\d+ s ago$/);
});

test('a lost connection is said at once, and forgotten when it is back', { skip }, async (t) => {
  const { page, served } = await visit(t, PATH);
  await page.getByText('Live', { exact: true }).waitFor();
  await served.close();
  await page.getByText(/^The connection was lost at .* What stands here may be old/).waitFor();
  assert.match((await page.locator('#fresh').textContent()) ?? '', /^Fresh \d+ s ago$/);
  const again = await serve({ board: await scene(Date.now()), listen: new URL(served.url).host });
  t.after(() => again.close());
  again.board.put(gatewayReport({ name: 'while-you-were-away' }));
  await page.getByText('Live', { exact: true }).waitFor({ timeout: 15_000 });
  assert.equal(await page.locator('#lost').isVisible(), false);
  await page.locator('#gateways').getByText('while-you-were-away').waitFor();
});

test('everything can be done by the keyboard alone', { skip }, async (t) => {
  const { page, served } = await visit(t, '/');
  const focused = (): Promise<string> => page.evaluate(`document.activeElement.id`);
  const press = async (...keys: readonly string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };
  await press('Tab');
  assert.equal(await page.evaluate(`document.activeElement.textContent`), 'Skip to the content');
  await page.getByRole('link', { name: 'mcp-gateway', exact: true }).focus();
  await press('Enter');
  await page.locator('#tree').waitFor();
  assert.equal(await focused(), 'main');

  await press('/');
  assert.equal(await focused(), 'find');
  await page.keyboard.type('auth');
  await page.locator('.found').waitFor();
  await press('ArrowDown');
  assert.equal(await focused(), 'row-Service/auth');
  await press('Enter');
  await page.locator('#side-title').getByText('Service/auth').waitFor();
  assert.equal(await focused(), 'row-Service/auth');
  await press('ArrowDown', 'Enter');
  await page.locator('#side-title').getByText('MetricAlarm/auth-cpu').waitFor();
  assert.match(page.url(), /node=MetricAlarm\/auth-cpu&find=auth/);
  await press('Escape');
  await page.locator('#side-title').getByText('About mcp-gateway').waitFor();
  assert.equal(await focused(), 'row-MetricAlarm/auth-cpu');

  await page.locator('#ask-pause').focus();
  await press('Enter');
  await page.locator('#pause').waitFor();
  await page.locator('#pause-minutes').focus();
  await press('Tab');
  await page.keyboard.type('release freeze');
  await press('Tab');
  await page.keyboard.type('on-call');
  await press('Enter');
  await page.locator('#pause').waitFor({ state: 'detached' });
  assert.equal(served.asked.length, 1);
  assert.match(served.asked[0] ?? '', new RegExp(`^pause ${KEY} .* release freeze on-call$`));
});

test('a domain opens and shuts, and the address says so', { skip }, async (t) => {
  const { page, served } = await visit(t, PATH);
  const fold = page.locator('#fold-data');
  assert.equal(await fold.getAttribute('aria-expanded'), 'false');
  await fold.click();
  await page.locator('[id="row-AuroraCluster/keycloak"]').waitFor();
  assert.equal(page.url(), `${served.url}${PATH}?toggled=data`);
  await page.reload();
  assert.equal(await fold.getAttribute('aria-expanded'), 'true');
  await page.goBack();
  await page.locator('[id="row-AuroraCluster/keycloak"]').waitFor({ state: 'detached' });
});

test('a node that is chosen on a phone is brought into sight', { skip }, async (t) => {
  const { page } = await visit(t, PATH, { browser: PHONE });
  await page.locator('[id="row-SecurityGroup/keycloak-db"]').tap();
  const title = page.locator('#side-title').getByText('SecurityGroup/keycloak-db');
  await title.waitFor();
  await isInSight(page, '#node');
  const fields = await page.locator('.field').allInnerTexts();
  assert.match(fields[0] ?? '', /description[^]*changed outside[^]*wanted[^]*Keycloak database[^]*live[^]*opened for/);
});

test('a plan that is held is approved in two steps, and a refusal is said where it was asked', { skip }, async (t) => {
  let refuse = true;
  const approved: string[] = [];
  const { page, served } = await visit(t, '/gateways/210987654321/eu-central-1/staging', {
    side: {
      commands: {
        approve: async (_key, planId, by) => {
          if (refuse) throw stalled('PlanChanged', 'another plan is held by now: c0ffee');
          approved.push(`${planId} ${by}`);
        },
      },
    },
  });
  await page.locator('#held').getByText('Service/agent-flights').waitFor();
  await page.locator('#ask-approve').click();
  await page.getByLabel('Your name').fill('on-call');
  await page.getByRole('button', { name: 'Approve plan b41f77c0' }).click();
  await page.getByText('another plan is held by now: c0ffee').waitFor();
  // The page is drawn anew, and what was said stays.
  const held = served.board.get('210987654321/eu-central-1/staging');
  assert(held !== undefined);
  served.board.put({ ...held, file: 'moved.yaml' });
  await page.getByText('moved.yaml').waitFor();
  await page.getByText('another plan is held by now: c0ffee').waitFor();
  refuse = false;
  await page.getByRole('button', { name: 'Approve plan b41f77c0' }).click();
  await page.locator('#ask-approve').waitFor();
  assert.deepEqual(approved, ['b41f77c0 on-call']);
  await page.locator('#ask-approve').click();
  assert.equal(await page.getByLabel('Your name').inputValue(), 'on-call');
});

test('without scripts everything is still there', { skip }, async (t) => {
  const { page, served } = await visit(t, PATH, { browser: { javaScriptEnabled: false } });
  await page.locator('#fold-data').click();
  await page.locator('[id="row-AuroraCluster/keycloak"]').click();
  assert.match((await page.locator('#side-title').textContent()) ?? '', /AuroraCluster\/keycloak/);
  await page.getByRole('button', { name: 'Look now' }).click();
  assert.deepEqual(served.asked, [`reconcile ${KEY} the page`]);
  assert.match(page.url(), new RegExp(`${PATH}$`));
});

test('a page is what its landmarks and names say', { skip }, async (t) => {
  const { page } = await visit(t, `${PATH}?node=Service/auth`);
  const roles = ['banner', 'navigation', 'main', 'complementary', 'search'] as const;
  for (const role of roles) assert.equal(await page.getByRole(role).count(), 1, role);
  assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1);
  const nameless = await page.evaluate(`[...document.querySelectorAll('a, button, input:not([type=hidden]), select')]
    .filter((part) => !(part.textContent.trim() || part.getAttribute('aria-label') || part.labels?.length))
    .map((part) => part.outerHTML)`);
  assert.deepEqual(nameless, []);
  const ids = (await page.evaluate(`[...document.querySelectorAll('[id]')].map((part) => part.id)`)) as string[];
  assert.equal(new Set(ids).size, ids.length);
});

test('with less motion wished for nothing moves', { skip }, async (t) => {
  const { page } = await visit(t, PATH, { browser: { reducedMotion: 'reduce' } });
  const moving = await page.evaluate(`[...document.querySelectorAll('*')]
    .filter((part) => getComputedStyle(part).transitionDuration !== '0s' || getComputedStyle(part).animationName !== 'none').length`);
  assert.equal(moving, 0);
});

const LOST =
  'the repository https://example.com/ops/gateways.git asks for a password: set MCPGW_GIT_TOKEN, or MCPGW_GIT_TOKEN_FILE to a file that holds one (a-host-with-quite-a-long-name-that-has-no-space-in-it.internal.example.com)';

test('a source that cannot be read is said above all gateways, and on those that come from it', { skip }, async (t) => {
  const { page, served, problems } = await visit(t, '/');
  const banner = page.getByRole('region', { name: /^Source / });
  assert.equal(await banner.count(), 0);
  served.board.putSource(sourceReport({ error: LOST }));
  await banner.getByText(/asks for a password: set MCPGW_GIT_TOKEN/).waitFor();
  assert.match(
    await banner.innerText(),
    /^https:\S+ main cannot be read\n[^]*What it said at 3f2c1ab stays in force\.$/,
  );
  served.board.put(gatewayReport({ name: 'of-another-source', source: 'elsewhere' }));
  await page.goto(served.url + PATH);
  await banner.getByText(/asks for a password/).waitFor();
  await page.goto(`${served.url}/gateways/123456789012/us-east-1/of-another-source`);
  assert.equal(await banner.count(), 0);
  await page.goto(served.url + PATH);
  served.board.putSource(sourceReport({ problems: ['two.yaml:3:1: spec.region: is missing'] }));
  await banner.waitFor({ state: 'detached' });
  await page.goto(served.url);
  assert.match(await banner.innerText(), /has 1 mistake\n+two\.yaml:3:1: spec\.region: is missing$/);
  assert.deepEqual(problems, []);
});

for (const colorScheme of ['light', 'dark'] as const)
  test(`on a phone a source that cannot be read can be read of, in ${colorScheme}`, { skip }, async (t) => {
    const { page, served } = await visit(t, '/', { browser: { ...PHONE, colorScheme } });
    served.board.putSource(sourceReport({ error: LOST }));
    served.board.putSource(sourceReport({ place: 'a-folder', error: undefined, problems: [LOST] }));
    for (const path of ['/', PATH]) {
      await page.goto(served.url + path);
      assert.ok(await page.getByText('cannot be read').isVisible());
      assert.deepEqual(await overflow(page), [], path);
      assert.deepEqual(await faintTexts(page), [], path);
    }
  });
