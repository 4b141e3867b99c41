// Rows of a trace as columns, for a replay: the columns that the service said it read, from the file that the page has. Pure but for reading.

/** A moment in seconds from a cell or a member: a number as it is, or a date. */
export function moment(text) {
  if (typeof text === 'number') return text;
  const trimmed = String(text ?? '').trim().replace(/^"|"$/g, '');
  if (trimmed === '') return NaN;
  const value = Number(trimmed);
  if (Number.isFinite(value)) return value;
  // Date.parse knows milliseconds; traces have ten millionths.
  const found = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:?\d\d)?$/.exec(trimmed);
  if (!found) return Date.parse(trimmed) / 1000;
  return Date.parse(`${found[1]}T${found[2]}${found[4] ?? 'Z'}`) / 1000 + Number(found[3] ?? 0);
}

/** A line of CSV as cells; quotes may hold separators. */
export function cells(line, mark) {
  if (!line.includes('"')) return line.split(mark);
  const found = [];
  let cell = '';
  let inside = false;
  for (let index = 0; index < line.length; index++) {
    const character = line[index];
    if (character === '"') { if (inside && line[index + 1] === '"') { cell += '"'; index++; } else inside = !inside; }
    else if (character === mark && !inside) { found.push(cell); cell = ''; }
    else cell += character;
  }
  return [...found, cell];
}

/** A member by its JSON Pointer. */
export function member(row, pointer) {
  return pointer.split('/').slice(1).reduce((value, name) => value?.[name.replaceAll('~1', '/').replaceAll('~0', '~')], row);
}

/** Takes lines, and keeps the first `most` rows that have a time and two lengths. `read` is what the service said of the trace. */
export function rowTaker({ format, columns }, most = 500000) {
  const name = (as) => columns.find((column) => column.as === as)?.name;
  const names = { arrival: name('arrival'), prefill: name('prefill'), decode: name('decode') };
  const rows = { arrival: [], prefill: [], decode: [], all: 0, low: Infinity, high: -Infinity };
  let places = null;
  let mark = ',';
  const add = (at, prompt, output) => {
    if (!Number.isFinite(at) || !Number.isInteger(prompt) || !Number.isInteger(output) || output < 1 || prompt < 0) return;
    rows.all++;
    if (at < rows.low) rows.low = at;
    if (at > rows.high) rows.high = at;
    if (rows.arrival.length < most) { rows.arrival.push(at); rows.prefill.push(prompt); rows.decode.push(output); }
  };
  return {
    rows,
    line(text) {
      if (text.trim() === '') return;
      if (format !== 'csv') {
        let row;
        try { row = JSON.parse(text); } catch { return; }
        const get = (as) => (names[as]?.startsWith('/') ? member(row, names[as]) : row[names[as]]);
        add(moment(get('arrival')), Number(get('prefill')), Number(get('decode')));
        return;
      }
      if (!places) {
        if (text.startsWith('#') || text.startsWith('sep=')) return;
        mark = ['\t', ';', '|', ','].find((one) => text.includes(one)) ?? ',';
        const titles = cells(text, mark).map((title) => title.trim().replace(/^\uFEFF/, ''));
        places = Object.fromEntries(Object.entries(names).map(([as, title]) => [as, titles.indexOf(title)]));
        return;
      }
      const row = cells(text, mark);
      add(moment(row[places.arrival]), Number(row[places.prefill]), Number(row[places.decode]));
    },
  };
}

/** The trace of POST /v1/replay: seconds from the first arrival, sorted. `duration` is that of the whole trace, which tells the unit. */
export function traceOf(rows, duration) {
  const span = rows.high - rows.low;
  const unit = span > 0 && duration > 0 ? duration / span : 1;
  const order = rows.arrival.map((_, index) => index).sort((a, b) => rows.arrival[a] - rows.arrival[b]);
  const first = order.length ? rows.arrival[order[0]] : 0;
  return {
    arrival_s: order.map((index) => +((rows.arrival[index] - first) * unit).toFixed(6)),
    prefill: order.map((index) => rows.prefill[index]), decode: order.map((index) => rows.decode[index]),
  };
}

/** Reads a file line by line without holding the page up; `progress` gets bytes read. */
export async function readRows(file, read, signal, progress) {
  const taker = rowTaker(read);
  let stream = file.stream();
  let count = 0;
  stream = stream.pipeThrough(new TransformStream({ transform(chunk, controller) { count += chunk.byteLength; controller.enqueue(chunk); } }));
  if (file.name.toLowerCase().endsWith('.gz')) stream = stream.pipeThrough(new DecompressionStream('gzip'));
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    if (signal?.aborted) { reader.cancel(); throw new DOMException('stopped', 'AbortError'); }
    const { value, done } = await reader.read();
    const lines = (rest + (value ?? '')).split('\n');
    rest = done ? '' : lines.pop();
    for (const line of lines) taker.line(line.endsWith('\r') ? line.slice(0, -1) : line);
    if (done) break;
    progress?.(count, file.size);
    // Reading a file hardly waits: without this nothing is drawn.
    await new Promise((next) => setTimeout(next, 0));
  }
  return taker.rows;
}
