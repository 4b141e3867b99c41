// Measurements as they are pasted: where each point lies, and the text without one of them. Pure.
// The service reads the same text; what is not understood here is only not drawn.

const TITLES = {
  stage: ['stage', 'component', 'module'], load: ['load'],
  batch: ['batch', 'batch_size', 'batchsize', 'bs', 'num_requests', 'n_requests', 'requests', 'num_seqs', 'n_seqs'],
  context: ['context', 'context_len', 'context_length', 'ctx', 'ctx_len', 'seq_len', 'seqlen', 'sequence_length', 'kv_len', 'kv_length', 'cache_len'],
  tokens: ['num_tokens', 'n_tokens', 'tokens', 'token_count', 'total_tokens'],
};
const UNITS = { us: 1, ms: 1e3, ns: 1e-3, s: 1e6 };

function columns(titles) {
  const places = {};
  titles.forEach((title, place) => {
    const name = title.trim().toLowerCase().replace(/[^a-z0-9]+/g, '_').replace(/^_|_$/g, '');
    for (const [role, names] of Object.entries(TITLES)) if (names.includes(name)) places[role] = place;
    const timed = /(latency|time|duration|elapsed|runtime)(?:_(us|ms|ns|s))$/.exec(name);
    if (timed) { places.latency = place; places.unit = UNITS[timed[2]]; }
  });
  return places;
}

/** Whether a text is JSON, by how it begins. */
export function isJSON(text) { return /^\s*[{[]/.test(text); }

function place(sample) { return sample.load ?? (sample.batch ?? NaN) * (sample.context ?? 1); }

/** Points of each stage, in the order of its samples: {stage: [{x: load, y: µs, line}]}; empty where the text is not understood. */
export function readSamples(text) {
  if (isJSON(text)) {
    try {
      const found = {};
      for (const [stage, { samples }] of Object.entries(JSON.parse(text))) found[stage] = samples.map((sample, line) => ({ x: place(sample), y: sample.latency_us, line }));
      return found;
    } catch {
      return {};
    }
  }
  const lines = text.split(/\r?\n/);
  const first = lines.findIndex((line) => line.trim() !== '' && !line.startsWith('#') && !/^sep=/.test(line));
  if (first < 0) return {};
  const comma = ['\t', ';', '|', ','].find((mark) => lines[first].includes(mark)) ?? ',';
  const at = columns(lines[first].split(comma));
  if (at.stage === undefined || at.latency === undefined) return {};
  const found = {};
  for (let line = first + 1; line < lines.length; line++) {
    if (lines[line].trim() === '' || lines[line].startsWith('#')) continue;
    const cells = lines[line].split(comma).map((cell) => cell.trim());
    const value = (role) => (at[role] === undefined || cells[at[role]] === '' || cells[at[role]] === undefined ? undefined : Number(cells[at[role]]));
    const stage = cells[at.stage]?.toLowerCase();
    (found[stage] ??= []).push({ x: value('load') ?? value('tokens') ?? place({ batch: value('batch'), context: value('context') }), y: value('latency') * at.unit, line });
  }
  return found;
}

/** The text without a sample of a stage. */
export function withoutSample(text, stage, { line }) {
  if (isJSON(text)) {
    const all = JSON.parse(text);
    all[stage].samples.splice(line, 1);
    return JSON.stringify(all, null, 1);
  }
  return text.split(/\r?\n/).filter((_, index) => index !== line).join('\n');
}
