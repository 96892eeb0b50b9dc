import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The daemon that `npm run dev` shows.
const daemon = process.env.RECKONER_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    target: 'es2022',
    manifest: 'manifest.json',
    assetsInlineLimit: 0, // the content security policy allows no data: addresses
    reportCompressedSize: false, // scripts/first-load.mjs says what counts
    chunkSizeWarningLimit: 1000,
  },
  server: { proxy: { '/api': { target: daemon, changeOrigin: false } } },
});
