// documents.mjs [NAME…]: writes the pictures of documents in docs/pictures, from PDFs of a world with customers of several languages
// beside the sample's. Run it when documents look different. Needs pngquant and pdftoppm (poppler-utils), beside what the tests need.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bill, configuration } from './lib/documentSample.mjs';
import { small } from './lib/pictures.mjs';
import { source, World } from './lib/world.mjs';

const folder = join(source, 'docs', 'pictures');
const sizeMax = 300 * 1024;
const dotsPerInch = 100;
const chosen = process.argv.slice(2);
const work = mkdtempSync(join(tmpdir(), 'reckoner-documents-'));

function pagesOf(file) {
  return Number(/^Pages:\s+(\d+)/m.exec(execFileSync('pdfinfo', [file], { encoding: 'utf8' }))[1]);
}

function pictureOf(file, page) {
  const name = join(work, 'page');
  const which = ['-f', `${page}`, '-l', `${page}`, '-singlefile'];
  execFileSync('pdftoppm', ['-r', `${dotsPerInch}`, '-png', ...which, file, name]);
  return small(readFileSync(`${name}.png`));
}

const world = await World.start({}, configuration());
const tooLarge = [];
try {
  const numbers = await bill(world, (name, text) => {
    writeFileSync(join(work, name), text);
    return join(work, name);
  });
  mkdirSync(folder, { recursive: true });
  const last = -1;
  const pictures = [
    ['invoice-german-1', numbers.german, 1],
    ['invoice-german-2', numbers.german, 2],
    ['invoice-hebrew-1', numbers.hebrew, 1],
    ['invoice-hebrew-2', numbers.hebrew, 2],
    ['credit-note', numbers.creditNote, 1],
    ['invoice-1000-lines-1', numbers.many, 1],
    ['invoice-1000-lines-2', numbers.many, 2],
    ['invoice-1000-lines-last', numbers.many, last],
    ['showback-1', numbers.showback, 1],
  ];
  for (const [name, number, page] of pictures.filter(([one]) => chosen.length === 0 || chosen.includes(one))) {
    const pdf = join(work, `${number}.pdf`);
    await world.command('show', number, '--pdf', pdf);
    execFileSync('qpdf', ['--check', pdf]);
    const picture = pictureOf(pdf, page === last ? pagesOf(pdf) : page);
    const file = join(folder, `${name}.png`);
    if (picture.length > sizeMax) tooLarge.push(`${file}: ${picture.length} bytes, at most ${sizeMax}`);
    else writeFileSync(file, picture);
  }
} finally {
  await world.stop();
  rmSync(work, { recursive: true, force: true });
}
if (tooLarge.length > 0) throw new Error(tooLarge.join('\n'));
console.log(execFileSync('du', ['-sh', folder], { encoding: 'utf8' }).trim());
