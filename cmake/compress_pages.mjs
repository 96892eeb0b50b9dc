// compress_pages.mjs FOLDER: puts NAME.br and NAME.gz beside each text of a folder, where they are smaller.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const text = new Set(['.html', '.js', '.mjs', '.css', '.svg', '.json', '.txt', '.wasm', '.xml']);
const folder = resolve(process.argv[2]);
for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  // It gets a nonce with each answer.
  if (!entry.isFile() || entry.name === 'index.html' || !text.has(extname(entry.name))) continue;
  const path = join(entry.parentPath ?? entry.path, entry.name);
  const content = readFileSync(path);
  const forms = {
    br: brotliCompressSync(content, {
      params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
    }),
    gz: gzipSync(content, { level: 9 }),
  };
  for (const [suffix, form] of Object.entries(forms)) {
    if (form.length < content.length) writeFileSync(`${path}.${suffix}`, form);
  }
}
