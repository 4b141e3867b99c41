// What the page asks of the service.

/** Posts JSON; gives the answer, or throws {problem}. */
async function post(path, body, signal) {
  const response = await fetch(path, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body), signal,
  });
  return answer(response);
}

async function answer(response) {
  const body = await response.json().catch(() => ({ title: `The service answered ${response.status}.` }));
  if (!response.ok) throw { problem: body };
  return body;
}

/** Posts JSON and reads server-sent events: `progress` gets a fraction; gives the result. */
async function postWithProgress(path, body, signal, progress) {
  const response = await fetch(path, {
    method: 'POST', headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream' }, body: JSON.stringify(body), signal,
  });
  if (!(response.headers.get('Content-Type') || '').startsWith('text/event-stream')) return answer(response);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw { problem: { title: 'The simulation ended without a result.' } };
    text += value;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const event = parseEvent(text.slice(0, end));
      text = text.slice(end + 2);
      if (event.name === 'progress') progress(event.data.fraction);
      if (event.name === 'result') return event.data;
      if (event.name === 'problem') throw { problem: event.data };
    }
  }
}

function parseEvent(block) {
  let name = 'message';
  const data = [];
  for (const line of block.split('\n')) {
    if (line.startsWith('event:')) name = line.slice(6).trim();
    if (line.startsWith('data:')) data.push(line.slice(5).replace(/^ /, ''));
  }
  return { name, data: data.length ? JSON.parse(data.join('\n')) : null };
}

/** Sends a trace, or metrics of an engine, as they are; gives its statistics. */
async function postTrace(file) {
  const name = file.name.toLowerCase();
  const bare = name.replace(/\.gz$/, '');
  const type = bare.endsWith('.csv') ? 'text/csv' : /\.(jsonl|ndjson)$/.test(bare) ? 'application/x-ndjson' : /\.(prom|txt)$/.test(bare) ? 'text/plain' : 'application/json';
  const headers = { 'Content-Type': type };
  if (name.endsWith('.gz')) headers['Content-Encoding'] = 'gzip';
  return answer(await fetch('/v1/workload', { method: 'POST', headers, body: file }));
}

/** Fills the choices of models and devices. */
async function loadCatalog() {
  const catalog = await answer(await fetch('/v1/catalog'));
  const fill = (select, entries) => {
    const chosen = select.value;
    for (const { id, name } of entries) {
      if (![...select.options].some((option) => option.value === id)) select.add(new Option(name ? `${id} (${name})` : id, id));
    }
    select.value = chosen;
  };
  fill(form.elements.model, catalog.models);
  for (const select of document.querySelectorAll('[data-devices]')) fill(select, catalog.devices);
}
