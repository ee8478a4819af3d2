// Draws media/icon.png (256 × 256) from the mark of the sidebar. Run by hand when the mark changes: node scripts/icon.mjs
import { chromium } from 'playwright-core';
import path from 'node:path';
import { root } from './install.mjs';

const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256" viewBox="0 0 24 24">
<defs><linearGradient id="g" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="#2b3f74"/><stop offset="1" stop-color="#141d33"/></linearGradient></defs>
<rect width="24" height="24" rx="5" fill="url(#g)"/>
<g fill="none" stroke-width="1.3" stroke-linejoin="round" stroke-linecap="round" transform="translate(2.4 2.2) scale(.8)">
<path stroke="#f4f6fb" d="M12 2.8 19.5 5.6v5.6c0 4.7-3.1 8.2-7.5 10-4.4-1.8-7.5-5.3-7.5-10V5.6z"/>
<circle stroke="#ffb454" cx="9.6" cy="11.4" r="2.1"/><path stroke="#ffb454" d="M11.7 11.4h5M15 11.4v2.2"/></g></svg>`;
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
const page = await browser.newPage({ viewport: { width: 256, height: 256 } });
await page.setContent(`<body style="margin:0;background:transparent">${svg}</body>`);
await page.screenshot({ path: path.join(root, 'media/icon.png'), omitBackground: true });
await browser.close();
