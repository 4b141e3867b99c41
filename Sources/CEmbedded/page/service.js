// What the page asks of the service. The token lives here, in memory, and nowhere else.

let token = '';

export function setToken(text) { token = text.trim(); }
export function hasToken() { return token !== ''; }

function fields(more = {}) {
  return token ? { ...more, Authorization: `Bearer ${token}` } : more;
}

/** What an unsuccessful answer becomes: {status, problem}. */
function failure(status, problem) { return { status, problem: problem ?? {} }; }

async function read(response) {
  const body = await response.json().catch(() => null);
  if (!response.ok || body === null) throw failure(response.status, body);
  return body;
}

async function send(path, options) {
  try {
    return await fetch(path, { cache: 'no-store', credentials: 'omit', ...options, headers: fields(options?.headers) });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw failure(0);
  }
}

/** GET; gives JSON. */
export async function get(path) { return read(await send(path)); }

/** GET; gives text. */
export async function getText(path) {
  const response = await send(path);
  if (!response.ok) throw failure(response.status, await response.json().catch(() => null));
  return response.text();
}

/** Posts JSON; gives the answer, or throws {status, problem}. */
export async function post(path, body, signal) {
  return read(await send(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body), signal }));
}

/** Posts a text of another type. */
export async function postText(path, text, type) {
  return read(await send(path, { method: 'POST', headers: { 'Content-Type': type }, body: text }));
}

/** One server-sent event. */
export function parseEvent(block) {
  let name = 'message';
  const data = [];
  for (const line of block.split('\n')) {
    if (line.startsWith('event:')) name = line.slice(6).trim();
    if (line.startsWith('data:')) data.push(line.slice(5).replace(/^ /, ''));
  }
  return { name, data: data.length ? JSON.parse(data.join('\n')) : null };
}

/** Posts JSON and reads server-sent events: `progress` gets a fraction; gives the result. */
export async function postWithProgress(path, body, signal, progress) {
  const response = await send(path, {
    method: 'POST', headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream' }, body: JSON.stringify(body), signal,
  });
  if (!(response.headers.get('Content-Type') || '').startsWith('text/event-stream')) return read(response);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw failure(0);
    text += value;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const event = parseEvent(text.slice(0, end));
      text = text.slice(end + 2);
      if (event.name === 'progress') progress(event.data.fraction);
      if (event.name === 'result') return event.data;
      if (event.name === 'problem') throw failure(event.data.status ?? 500, event.data);
    }
  }
}

/** The media type of a trace, or of metrics, by the file's name. */
export function typeOf(name) {
  const bare = name.toLowerCase().replace(/\.gz$/, '');
  if (/\.(csv|tsv)$/.test(bare)) return 'text/csv';
  if (/\.(jsonl|ndjson)$/.test(bare)) return 'application/x-ndjson';
  return /\.(prom|txt)$/.test(bare) ? 'text/plain' : 'application/json';
}

/** Sends a file as it is, with progress of the upload, as fetch does not tell it; gives the answer. */
export function upload(path, file, { signal, progress = () => {} } = {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', path);
    request.responseType = 'text';
    const gzip = file.name.toLowerCase().endsWith('.gz') ? { 'Content-Encoding': 'gzip' } : {};
    for (const [name, value] of Object.entries(fields({ 'Content-Type': typeOf(file.name), ...gzip }))) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => progress(event.loaded, event.total);
    request.onload = () => {
      let body = null;
      try { body = JSON.parse(request.responseText); } catch { /* told by the status */ }
      if (request.status === 200 && body !== null) resolve(body);
      else reject(failure(request.status, body));
    };
    request.onerror = () => reject(failure(0));
    request.onabort = () => reject(new DOMException('stopped', 'AbortError'));
    signal?.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}
