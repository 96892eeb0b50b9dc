import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

// The daemon that `npm run dev` shows.
const daemon = process.env.RECKONER_URL ?? 'http://127.0.0.1:8080';

/** Imports each icon from its own file: reading all 6,000 of them takes half a minute. */
function singleIcons(): Plugin {
  const all = /import \{([^}]+)\} from ['"]@tabler\/icons-react['"];?/g;
  return {
    name: 'single-icons',
    enforce: 'pre',
    transform(code, id) {
      if (!/\/src\/.*\.tsx?$/.test(id) || !code.includes('@tabler/icons-react')) return null;
      return code.replace(all, (_, names: string) =>
        names
          .split(',')
          .map((name) => name.trim())
          .filter((name) => name !== '' && !name.startsWith('type '))
          .map((name) => `import ${name} from '@tabler/icons-react/dist/esm/icons/${name}.mjs';`)
          .join(''),
      );
    },
  };
}

export default defineConfig({
  plugins: [singleIcons(), react()],
  resolve: {
    alias: [
      { find: '@', replacement: fileURLToPath(new URL('./src', import.meta.url)) },
      // What the editor of decision tables makes elements from markup with.
      {
        find: /^min-dom$/,
        replacement: fileURLToPath(new URL('./src/console/configuration/minDom.js', import.meta.url)),
      },
    ],
  },
  build: {
    target: 'es2022',
    manifest: 'manifest.json',
    assetsInlineLimit: 0, // the content security policy allows no data: addresses
    reportCompressedSize: false, // scripts/first-load.mjs says what counts
    chunkSizeWarningLimit: 1000,
  },
  server: { proxy: { '/api': { target: daemon, changeOrigin: false } } },
});
