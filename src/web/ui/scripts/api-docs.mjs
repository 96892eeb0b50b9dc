// api-docs.mjs CONTRACT FOLDER: writes the contract of the HTTP API as a page to read, api-docs.html with api-docs.css. No script
// runs in it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';

const [contractPath, folder] = process.argv.slice(2);
const contract = load(readFileSync(contractPath, 'utf8'));
const methods = ['get', 'post', 'put', 'patch', 'delete'];

const escape = (text) =>
  String(text).replace(
    /[&<>"]/g,
    (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign],
  );
/** Text of the contract: paragraphs, and `code`. */
const prose = (text) =>
  String(text ?? '')
    .trim()
    .split(/\n\s*\n/)
    .filter((part) => part !== '')
    .map((part) => `<p>${inline(part)}</p>`)
    .join('\n');
const inline = (text) => escape(String(text ?? '').trim()).replace(/`([^`]+)`/g, '<code>$1</code>');
const nameOf = (ref) => ref.split('/').at(-1);
const resolved = (thing) => {
  if (!thing?.$ref) return thing;
  return thing.$ref
    .slice(2)
    .split('/')
    .reduce((at, part) => at[part.replaceAll('~1', '/').replaceAll('~0', '~')], contract);
};

/** A schema in a few words. */
function kind(schema) {
  if (schema === true || schema === undefined || Object.keys(schema).length === 0) return 'anything';
  if (schema.$ref)
    return `<a href="#schema-${escape(nameOf(schema.$ref))}">${escape(nameOf(schema.$ref))}</a>`;
  for (const [member, word] of [
    ['oneOf', ' or '],
    ['anyOf', ' or '],
    ['allOf', ' and '],
  ]) {
    if (schema[member]) return schema[member].map(kind).join(word);
  }
  if (schema.const !== undefined) return `<code>${escape(JSON.stringify(schema.const))}</code>`;
  if (schema.enum) return schema.enum.map((value) => `<code>${escape(value)}</code>`).join(' ');
  const types = [schema.type ?? 'object'].flat();
  return types
    .map((type) => {
      if (type === 'array') return `array of ${kind(schema.items)}`;
      if (type === 'object' && typeof schema.additionalProperties === 'object') {
        return `object with values ${kind(schema.additionalProperties)}`;
      }
      return type === 'null' ? 'null' : type + (schema.format ? ` (${escape(schema.format)})` : '');
    })
    .join(' or ');
}

function limits(schema) {
  const said = [];
  if (!schema || schema.$ref) return '';
  if (schema.pattern) said.push(`matches <code>${escape(schema.pattern)}</code>`);
  if (schema.minimum !== undefined) said.push(`at least ${schema.minimum}`);
  if (schema.maximum !== undefined) said.push(`at most ${schema.maximum}`);
  if (schema.minLength !== undefined) said.push(`${schema.minLength} signs or more`);
  if (schema.maxLength !== undefined) said.push(`${schema.maxLength} signs at most`);
  if (schema.maxItems !== undefined) said.push(`${schema.maxItems} items at most`);
  if (schema.default !== undefined) said.push(`default <code>${escape(schema.default)}</code>`);
  return said.length > 0 ? ` <span class="limits">${said.join(', ')}</span>` : '';
}

/** The members of an object, those inside of members too. */
function members(schema, prefix = '') {
  const rows = [];
  for (const part of schema.allOf ?? []) rows.push(...members(resolved(part), prefix));
  for (const part of [...(schema.oneOf ?? []), ...(schema.anyOf ?? [])]) {
    if (!part.$ref) rows.push(...members(part, prefix));
  }
  for (const [name, member] of Object.entries(schema.properties ?? {})) {
    const needed = (schema.required ?? []).includes(name);
    rows.push(
      `<tr><td><code>${escape(prefix + name)}</code>${needed ? '' : ' <span class="limits">may be missing</span>'}</td>` +
        `<td>${kind(member)}${limits(member)}</td><td>${inline(member.description)}</td></tr>`,
    );
    const inner = member.type === 'array' || [member.type].flat().includes('array') ? member.items : member;
    if (inner && !inner.$ref) {
      rows.push(...members(inner, `${prefix}${name}${inner === member ? '.' : '[].'}`));
    }
  }
  return rows;
}
const table = (head, rows) =>
  rows.length === 0
    ? ''
    : `<div class="table" tabindex="0" role="group" aria-label="${head.join(', ')}"><table><thead><tr>${head.map((cell) => `<th scope="col">${cell}</th>`).join('')}</tr></thead>` +
      `<tbody>${rows.join('')}</tbody></table></div>`;

function content(media) {
  return Object.entries(media ?? {})
    .map(([type, { schema }]) => {
      const shown = schema?.type === 'array' && schema.items && !schema.items.$ref ? schema.items : schema;
      return (
        `<p><code>${escape(type)}</code>: ${kind(schema)}</p>` +
        (shown && !shown.$ref ? table(['member', 'kind', 'meaning'], members(shown)) : '')
      );
    })
    .join('');
}

function operation(path, method, shared, found) {
  const parameters = [...shared, ...(found.parameters ?? [])].map(resolved);
  const body = resolved(found.requestBody);
  const answers = Object.entries(found.responses).map(([status, response]) => {
    const answer = resolved(response);
    return `<tr><td><code>${escape(status)}</code></td><td>${inline(answer.description)}</td><td>${content(answer.content)}</td></tr>`;
  });
  const open = found.security && found.security.length === 0;
  return `<section class="operation">
<h3 id="${escape(found.operationId)}"><span class="method">${method.toUpperCase()}</span> <code>${escape(path)}</code></h3>
<p class="summary">${inline(found.summary)}${open ? ' <span class="limits">needs no key</span>' : ''}</p>
${prose(found.description)}
${parameters.length > 0 ? '<h4>Parameters</h4>' : ''}
${table(
  ['name', 'in', 'kind', 'meaning'],
  parameters.map(
    (one) =>
      `<tr><td><code>${escape(one.name)}</code>${one.required ? '' : ' <span class="limits">may be missing</span>'}</td>` +
      `<td>${escape(one.in)}</td><td>${kind(one.schema)}${limits(one.schema)}</td><td>${inline(one.description)}</td></tr>`,
  ),
)}
${body ? `<h4>Body</h4>${content(body.content)}` : ''}
<h4>Answers</h4>
${table(['status', 'when', 'body'], answers)}
</section>`;
}

const sections = contract.tags.map(({ name, description }) => {
  const operations = [];
  for (const [path, item] of Object.entries(contract.paths)) {
    for (const method of methods) {
      if (item[method]?.tags?.includes(name))
        operations.push([path, method, item.parameters ?? [], item[method]]);
    }
  }
  return { name, description, operations };
});
const schemas = Object.entries(contract.components.schemas ?? {});

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${escape(contract.info.title)}: the HTTP API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="/api-docs.css">
<link rel="icon" href="/icon.svg" type="image/svg+xml">
</head>
<body>
<a class="skip" href="#content">To the content</a>
<header><h1>${escape(contract.info.title)}: the HTTP API</h1><p>${inline(contract.info.summary)}</p>
<p>The same for programs: <a href="/api/v1/openapi.yaml">openapi.yaml</a>, OpenAPI ${escape(contract.openapi)}.</p></header>
<nav aria-label="Operations">
${sections
  .map(
    ({ name, operations }) =>
      `<details><summary>${escape(name)}</summary><ul>${operations
        .map(
          ([path, method, , found]) =>
            `<li><a href="#${escape(found.operationId)}"><span class="method">${method.toUpperCase()}</span> ${escape(path)}</a></li>`,
        )
        .join('')}</ul></details>`,
  )
  .join('\n')}
<p><a href="#schemas">schemas</a></p>
</nav>
<main id="content">
${prose(contract.info.description)}
${sections
  .map(
    ({ name, description, operations }) =>
      `<section><h2 id="tag-${escape(name)}">${escape(name)}</h2>${prose(description)}
${operations.map((one) => operation(...one)).join('\n')}</section>`,
  )
  .join('\n')}
<section><h2 id="schemas">schemas</h2>
${schemas
  .map(
    ([name, schema]) =>
      `<section><h3 id="schema-${escape(name)}">${escape(name)}</h3>${prose(schema.description)}
<p>${kind(schema)}${limits(schema)}</p>${table(['member', 'kind', 'meaning'], members(schema))}</section>`,
  )
  .join('\n')}
</section>
</main>
</body>
</html>
`;
const style = `:root { color-scheme: light dark; --line: #8884; --ground: #fff; --ink: #1a1a1a; --quiet: #555; --link: #0b5cad; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #16181c; --ink: #e6e6e6; --quiet: #aaa; --link: #7db8ff; }
}
body { background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; padding: 1rem; max-width: 72rem; }
h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); }
h3 { margin-top: 2rem; overflow-wrap: anywhere; }
a { color: var(--link); }
code, .method { font-family: ui-monospace, monospace; font-size: 0.95em; overflow-wrap: anywhere; }
.method { font-weight: 700; }
.summary { font-weight: 600; }
.limits { color: var(--quiet); font-size: 0.9em; }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 0.6rem; border-bottom: 1px solid var(--line); }
nav ul { list-style: none; padding-left: 1rem; }
nav a { text-decoration: none; overflow-wrap: anywhere; }
summary { cursor: pointer; padding: 0.2rem 0; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; }
`;
writeFileSync(join(folder, 'api-docs.html'), page);
writeFileSync(join(folder, 'api-docs.css'), style);
