/**
 * Pictures of the pages, kept beside the tests and compared with what the pages look like now. They are the same on every
 * machine: all text is in the page's own font, drawn without what only some machines have, and the page is waited for.
 *
 *     const book = await openPictureBook();
 *     expect(await book.compare(page, 'forecast-1280-light')).toEqual(SAME);
 *
 * With KERNELCAST_UPDATE_PICTURES=1 they are taken anew.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pixelmatch from 'pixelmatch';
import type { Browser, Page } from 'playwright-core';
import { launch, PICTURES } from './browser.ts';

const FOLDER = fileURLToPath(new URL('pictures', import.meta.url));
/** A browser without any font lays out nothing until the page's has come, and sometimes not then. */
const FONTS = ['/usr/share/fonts', '/usr/local/share/fonts'];
const isUpdating = process.env.KERNELCAST_UPDATE_PICTURES === '1';

/** Of the 256 steps of lossy WebP; what it loses, the picture of now loses too before it is compared. */
const QUALITY = 0.8;
/** Pixels that may differ to the eye: a digit of the smallest text that changes is more. */
const MOST_PIXELS = 12;
const ATTEMPTS = 20;

/** Why two pictures are not the same; undefined where they are. */
export type Difference = string | undefined;
export const SAME: Difference = undefined;

export interface PictureBook {
  browser: Browser;
  /** Compares the page, once it stands still, with the picture of that name. What differs is left in the folder of pictures. */
  compare(page: Page, name: string): Promise<Difference>;
  close(): Promise<void>;
}

export async function openPictureBook(): Promise<PictureBook> {
  const scratch = await mkdtemp(join(tmpdir(), 'kernelcast-fonts-'));
  const browser = await launch({
    args: [
      '--force-color-profile=srgb',
      '--font-render-hinting=none',
      '--disable-lcd-text',
      '--disable-skia-runtime-opts',
    ],
    env: { FONTCONFIG_FILE: await writeFontConfig(scratch) },
  });
  const darkroom = await browser.newPage();
  await mkdir(PICTURES, { recursive: true });

  return {
    browser,
    async compare(page, name) {
      const file = join(FOLDER, `${name}.webp`);
      if (isUpdating) await writeFile(file, await asWebp(darkroom, await lastOf(picturesOf(page))));
      if (!existsSync(file)) return `there is no picture ${name}: KERNELCAST_UPDATE_PICTURES=1 takes it`;
      const before = await pixelsOf(darkroom, await readFile(file));
      let now: Buffer = Buffer.alloc(0);
      let difference: ReturnType<typeof differenceOf>;
      for await (const picture of picturesOf(page)) {
        now = await asWebp(darkroom, picture);
        difference = differenceOf(before, await pixelsOf(darkroom, now));
        if (difference === undefined) return SAME;
      }
      if (difference === undefined) return SAME;
      const paths = ['now', 'difference'].map((which) => join(PICTURES, `${name}-${which}.webp`));
      await writeFile(paths[0], now);
      if (difference.map) await writeFile(paths[1], await develop(darkroom, difference.map));
      return `${name}: ${difference.what}; see ${paths[0]}`;
    },
    async close() {
      await browser.close();
      await rm(scratch, { recursive: true, force: true });
    },
  };
}

/** How the machine likes fonts drawn is not for these pictures; which it has does not matter, for all text is in the page's own. */
async function writeFontConfig(folder: string): Promise<string> {
  const file = join(folder, 'fonts.conf');
  const drawn = [
    ['antialias', 'true'],
    ['hinting', 'false'],
    ['autohint', 'false'],
  ].map(([name, value]) => `<edit name="${name}" mode="assign"><bool>${value}</bool></edit>`);
  await writeFile(
    file,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>` +
      `${FONTS.map((folder) => `<dir>${folder}</dir>`).join('')}<cachedir>${join(folder, 'cache')}</cachedir>` +
      `<match target="font">${drawn.join('')}</match></fontconfig>`,
  );
  return file;
}

/**
 * The whole page, from when it has all that it asked for until two pictures in a row are the same to the bit: however slow the
 * machine is. On some machines a large canvas never is; then there are so many pictures.
 */
async function* picturesOf(page: Page): AsyncGenerator<Buffer> {
  await page.waitForFunction(() => document.fonts.check('14px "Inter Variable"'));
  await page.evaluate(() => document.fonts.ready);
  let last: Buffer = Buffer.alloc(0);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0) await page.waitForTimeout(250);
    const next = await page.screenshot({ fullPage: true });
    yield next;
    if (next.equals(last)) return;
    last = next;
  }
}

async function lastOf(pictures: AsyncGenerator<Buffer>): Promise<Buffer> {
  let last: Buffer = Buffer.alloc(0);
  for await (const picture of pictures) last = picture;
  return last;
}

interface Pixels {
  width: number;
  height: number;
  /** RGBA, a byte each. */
  data: Uint8Array;
}

/** The browser has the codecs. */
async function asWebp(darkroom: Page, png: Buffer): Promise<Buffer> {
  const address = await darkroom.evaluate(
    async ({ png, quality }) => {
      const image = new Image();
      image.src = `data:image/png;base64,${png}`;
      await image.decode();
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
      canvas.getContext('2d')?.drawImage(image, 0, 0);
      return canvas.toDataURL('image/webp', quality);
    },
    { png: png.toString('base64'), quality: QUALITY },
  );
  return fromAddress(address);
}

async function pixelsOf(darkroom: Page, webp: Buffer): Promise<Pixels> {
  const { width, height, address } = await darkroom.evaluate(async (picture) => {
    const image = new Image();
    image.src = `data:image/webp;base64,${picture}`;
    await image.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    const context = canvas.getContext('2d') as CanvasRenderingContext2D;
    context.drawImage(image, 0, 0);
    const { width, height } = canvas;
    const reader = new FileReader();
    reader.readAsDataURL(new Blob([context.getImageData(0, 0, width, height).data]));
    await new Promise((resolve) => reader.addEventListener('load', resolve));
    return { width, height, address: String(reader.result) };
  }, webp.toString('base64'));
  return { width, height, data: fromAddress(address) };
}

async function develop(darkroom: Page, { width, height, data }: Pixels): Promise<Buffer> {
  const address = await darkroom.evaluate(
    async ({ width, height, pixels }) => {
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [width, height];
      const bytes = Uint8ClampedArray.from(atob(pixels), (letter) => letter.charCodeAt(0));
      canvas.getContext('2d')?.putImageData(new ImageData(bytes, width, height), 0, 0);
      return canvas.toDataURL('image/webp');
    },
    { width, height, pixels: Buffer.from(data).toString('base64') },
  );
  return fromAddress(address);
}

/** What a `data:` address holds. */
function fromAddress(address: string): Buffer {
  return Buffer.from(address.slice(address.indexOf(',') + 1), 'base64');
}

function differenceOf(before: Pixels, after: Pixels): { what: string; map?: Pixels } | undefined {
  const { width, height } = before;
  if (width !== after.width || height !== after.height) {
    return { what: `it was ${width} x ${height} and is ${after.width} x ${after.height}` };
  }
  const map = { width, height, data: new Uint8Array(before.data.length) };
  const pixels = pixelmatch(before.data, after.data, map.data, width, height, { threshold: 0.1 });
  return pixels <= MOST_PIXELS ? undefined : { what: `${pixels} pixels differ`, map };
}
