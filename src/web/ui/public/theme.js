// Runs before the first paint, so that a page never flashes in the other theme.
(function () {
  var chosen = null;
  try {
    chosen = localStorage.getItem('reckoner-theme');
  } catch {
    // storage is refused: the system's theme
  }
  if (chosen !== 'light' && chosen !== 'dark') {
    chosen = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  }
  document.documentElement.setAttribute('data-mantine-color-scheme', chosen);
})();
