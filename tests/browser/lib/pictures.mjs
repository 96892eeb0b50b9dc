// Pictures small enough to be kept.
import { spawnSync } from 'node:child_process';

/** The same picture (PNG) in 256 colours. */
export function small(picture) {
  const { stdout, status, error } = spawnSync('pngquant', ['--strip', '--speed', '1', '256', '-'], {
    input: picture,
    maxBuffer: 64 << 20,
  });
  if (error) throw new Error('there is no pngquant: apt-get install pngquant', { cause: error });
  if (status !== 0) throw new Error(`pngquant: exit ${status}`);
  return stdout;
}
