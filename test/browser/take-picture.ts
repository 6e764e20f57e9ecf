/** Takes the README's picture from a running service: `npx tsx test/browser/take-picture.ts URL FILE.png`. */
import { expectText, launch, openPage } from './browser.ts';

const [url, path] = process.argv.slice(2);
if (!path) throw new Error('usage: take-picture.ts URL FILE.png');

const browser = await launch();
const { page } = await openPage(browser, new URL('#station=amsterdam', url).href);
await expectText(page, '#skill-temperature-persistence', /%/, 60_000);
// Let the colours settle, and a fresh run arrive whole.
await page.waitForTimeout(1500);
await page.screenshot({ path });
await browser.close();
