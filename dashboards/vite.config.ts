import { defineConfig, type Plugin } from 'vite';
import { fullFrame } from './frame.ts';

const frame: Plugin = { name: 'frame', transformIndexHtml: { order: 'pre', handler: fullFrame } };

/** `npm run build` runs this from the package root; the pages land in `dist/dashboards`, from where the service serves them. */
export default defineConfig({
  // Relative addresses, so that the pages also work behind a path prefix.
  base: './',
  plugins: [frame],
  build: {
    outDir: '../dist/dashboards',
    emptyOutDir: true,
    target: 'es2022',
    // The content security policy allows neither inline scripts nor data: addresses in style sheets.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rollupOptions: {
      input: {
        page: new URL('index.html', import.meta.url).pathname,
        'service-worker': new URL('src/offline/service-worker.ts', import.meta.url).pathname,
      },
      output: {
        // A service worker keeps its address, and lies beside the page that it serves.
        entryFileNames: ({ name }) => (name === 'service-worker' ? '[name].js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  server: {
    proxy: {
      '/v1': process.env.KERNELCAST_URL ?? 'http://127.0.0.1:8080',
      '/health': process.env.KERNELCAST_URL ?? 'http://127.0.0.1:8080',
    },
  },
});
