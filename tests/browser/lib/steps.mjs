// What several lists and journeys do on a page.

/** Follows the first endpoint of the list. */
export async function openEndpoint(page) {
  await page.getByRole('table', { name: 'Endpoints' }).getByRole('link').first().click();
  await page.getByRole('heading', { name: 'Webhook', level: 1 }).waitFor();
}

/** Opens the first row of a table whose name begins so. */
export function openFirstRow(table) {
  return (page) => page.getByRole('table', { name: table }).getByRole('button', { expanded: false }).first().click();
}
