// The API reference: openapi.yaml, read from the service and shown.
import { byId, element } from './dom.js';
import { getText, setToken } from './service.js';
import { parseYAML } from './yaml.js';

let api = null;

function resolve(schema) {
  if (!schema?.$ref) return schema ?? {};
  return schema.$ref.split('/').slice(1).reduce((value, name) => value?.[name], api) ?? {};
}

/** Text with `code` in it. */
function inline(text) {
  return text.split('`').map((part, index) => (index % 2 ? element('code', {}, part) : part));
}

/** Paragraphs, lists and titles of a description. */
function prose(text, title = 'h3') {
  const host = element('div', { class: 'prose' });
  for (const part of (text ?? '').trim().split(/\n\s*\n/).filter(Boolean)) {
    const lines = part.split('\n');
    if (lines[0].startsWith('## ')) { host.append(element(title, {}, lines.shift().slice(3))); }
    if (lines[0]?.startsWith('- ')) host.append(element('ul', {}, lines.join('\n').slice(2).split('\n- ').map((item) => element('li', {}, inline(item.replaceAll('\n', ' '))))));
    else if (lines.length) host.append(element('p', {}, inline(lines.join(' '))));
  }
  return host;
}

/** What a schema allows, in a few words. */
function kind(schema) {
  const { type, enum: values, const: only, minimum, maximum, exclusiveMinimum, pattern, minItems, maxItems } = schema;
  const name = only !== undefined ? JSON.stringify(only) : values ? values.map((value) => JSON.stringify(value)).join(' | ') : [type ?? (schema.oneOf ? 'one of' : schema.properties ? 'object' : 'any')].flat().join(' or ');
  const low = exclusiveMinimum ?? minimum;
  const range = low !== undefined && maximum !== undefined ? `, ${low} to ${maximum}` : low !== undefined ? `, ${exclusiveMinimum === undefined ? 'from' : 'above'} ${low}` : maximum !== undefined ? `, up to ${maximum}` : '';
  const items = minItems !== undefined || maxItems !== undefined ? `, ${minItems ?? 0} to ${maxItems ?? 'any number of'} elements` : '';
  return `${name}${range}${items}${pattern ? `, ${pattern}` : ''}${schema.default !== undefined ? `; ${JSON.stringify(schema.default)} if left out` : ''}`;
}

function parts(schema) {
  const found = Object.entries(schema.properties ?? {}).map(([name, inner]) => [name, inner, schema.required?.includes(name)]);
  if (schema.items && Object.keys(schema.items).length) found.push(['each element', schema.items]);
  if (schema.additionalProperties && typeof schema.additionalProperties === 'object') found.push(['each member', schema.additionalProperties]);
  (schema.oneOf ?? []).forEach((inner, index) => found.push([inner.$ref ? inner.$ref.split('/').pop() : `choice ${index + 1}`, inner]));
  return found;
}

/** A schema as a line; what is within it is made where it is opened. */
function schemaElement(name, given, required) {
  const schema = resolve(given);
  const line = [element('b', {}, name), required ? ' (required) ' : ' ', element('span', { class: 'kind' }, kind(schema)), given.description ?? schema.description ? element('span', { class: 'said' }, inline((given.description ?? schema.description).trim())) : null];
  if (!parts(schema).length) return element('div', { class: 'leaf' }, line);
  const details = element('details', { class: 'schema' }, element('summary', {}, line));
  details.addEventListener('toggle', () => {
    if (details.open && details.children.length === 1) details.append(...parts(schema).map((part) => schemaElement(...part)));
  });
  return details;
}

function exampleElement(path, [name, { summary, value }]) {
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  return element('details', {}, element('summary', {}, `Example: ${summary ?? name}`), element('pre', { tabindex: 0, 'aria-label': `Example ${name}` }, text));
}

function contentElements(path, content, title) {
  return Object.entries(content ?? {}).flatMap(([type, { schema, examples }]) => [
    element('p', { class: 'kind' }, `${title}: ${type}`), schema && Object.keys(schema).length ? schemaElement(schema.$ref ? schema.$ref.split('/').pop() : 'body', schema) : null,
    ...Object.entries(examples ?? {}).map((example) => exampleElement(path, example))]);
}

function operationElement(path, method, operation) {
  const parameters = (operation.parameters ?? []).map(resolve);
  return element('section', { class: 'card', id: operation.operationId },
    element('h2', {}, element('code', {}, `${method.toUpperCase()} ${path}`), ` ${operation.summary}`), prose(operation.description),
    operation.security?.length === 0 ? element('p', {}, 'Needs no token.') : null,
    parameters.length ? element('h3', {}, 'Query and path') : null, ...parameters.map((one) => schemaElement(one.name, { ...one.schema, description: one.description }, one.required)),
    operation.requestBody ? element('h3', {}, 'Request') : null, ...contentElements(path, operation.requestBody?.content, 'Body'),
    element('h3', {}, 'Answers'), ...Object.entries(operation.responses).flatMap(([status, given]) => {
      const answer = resolve(given);
      return [element('p', {}, element('b', {}, status), ' ', inline((answer.description ?? '').trim())), ...(status === '200' ? contentElements(path, answer.content, 'Body') : [])];
    }));
}

const METHODS = ['get', 'post', 'put', 'delete'];

function showReference() {
  const all = Object.entries(api.paths).flatMap(([path, methods]) => METHODS.filter((method) => methods[method]).map((method) => [path, method, methods[method]]));
  byId('version').textContent = api.info.version;
  byId('contents').replaceChildren(...all.map(([path, method, operation]) => element('li', {}, element('a', { href: `#${operation.operationId}` }, `${method.toUpperCase()} ${path}`))));
  byId('operations').replaceChildren(element('section', { class: 'card' }, prose(api.info.description, 'h2')), ...all.map((one) => operationElement(...one)));
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

async function readDescription() {
  try {
    api = parseYAML(await getText('/openapi.yaml'));
    byId('asks').hidden = true;
    showReference();
  } catch (error) {
    if (error.status === undefined) throw error;
    byId('asks').hidden = false;
    byId('asks-note').textContent = error.status === 401 ? 'This service asks for a token.' : 'The service does not answer.';
  }
}

byId('asks').addEventListener('submit', (event) => {
  event.preventDefault();
  setToken(byId('token').value);
  byId('token').value = '';
  readDescription();
});
readDescription();
