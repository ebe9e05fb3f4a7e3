import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const executablePath = process.env['MCPGW_CHROMIUM'] ?? '/usr/bin/chromium';

/** Why browser tests cannot run here; where everything must run that is a failure. */
export function whyNot(): string | false {
  if (existsSync(executablePath)) return false;
  const message = `no Chromium at ${executablePath}: apt-get install chromium, or set MCPGW_CHROMIUM`;
  if (process.env['CI'] !== undefined) throw new Error(message);
  return message;
}

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });

export interface Opened {
  readonly page: Page;
  /** What went wrong in the page, and what its policy refused. */
  readonly problems: string[];
}

/** A page of its own, whose script errors and refused loads are noted. */
export async function open(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Opened> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, ...options });
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  await page.goto(url);
  return { page, problems };
}
