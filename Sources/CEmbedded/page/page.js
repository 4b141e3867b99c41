// The page: every change of the form asks the service at once, and the answer replaces the last one.

const byId = (id) => document.getElementById(id);
let latest = 0;
let shown = null;
let simulated = [];
let running = null;

const whole = new Intl.NumberFormat('en');

/** What the answer means, in a sentence. */
const SENTENCES = {
  attention: 'Attention sets the pace: the FFN waits for the slowest Attention instance.',
  ffn: 'The FFN sets the pace: Attention instances wait for it.',
  communication: 'Communication sets the pace: both sides wait for the link.',
  round_trip: 'Each microbatch’s own round sets the pace: more microbatches would hide it.',
};

function showParts(values) {
  for (const element of document.querySelectorAll('[data-when]')) {
    const [name, wanted] = element.dataset.when.split('=');
    element.hidden = !wanted.split(',').includes(values[name]);
  }
  byId('trace-summary').textContent = dropped.statistics
    ? `${whole.format(dropped.statistics.requests)} requests (${dropped.name}), θ = ${dropped.statistics.slot_load_mean.value.toFixed(1)} tokens.`
    : 'No trace yet: choose or drop a file below.';
}

function showProblem(problem) {
  for (const element of form.querySelectorAll('[aria-invalid]')) element.removeAttribute('aria-invalid');
  const box = byId('problem');
  box.hidden = !problem;
  byId('result').classList.toggle('stale', Boolean(problem));
  if (!problem) return;
  const title = document.createElement('strong');
  title.textContent = problem.title || 'That did not work.';
  const list = document.createElement('ul');
  const errors = problem.errors && problem.errors.length ? problem.errors : problem.detail ? [{ pointer: '', detail: problem.detail }] : [];
  for (const { pointer, detail } of errors) {
    const item = document.createElement('li');
    const element = [...form.querySelectorAll('[data-pointer]')].find((one) => one.dataset.pointer === pointer);
    if (element) element.setAttribute('aria-invalid', 'true');
    item.textContent = pointer ? `${pointer}: ${detail}` : detail;
    list.append(item);
  }
  box.replaceChildren(title, list);
}

/** Lines that the curve is compared with: the mean field's throughput at each ratio. */
function withMeanField(curve, answer, request) {
  return curve.map((point) => ({ ...point, meanField: point.mean_field_throughput_per_instance }));
}

function tpotLimit(values, curve, microbatches) {
  const limit = number(values.tpot_limit);
  if (typeof limit !== 'number') return null;
  const within = curve.filter((point) => (microbatches * point.cycle_us) / 1000 <= limit).map((point) => point.ratio);
  return { limit, largest: within.length ? Math.max(...within) : 0 };
}

function show(values, request, result) {
  const { recommendation: best, mean_field: meanField, workload: load, memory } = result;
  const curve = withMeanField(result.curve, result, request);
  byId('ratio').textContent = best.ratio;
  byId('sentence').textContent = SENTENCES[best.bottleneck] || '';
  byId('throughput').textContent = `${whole.format(Math.round(best.throughput_per_instance))} tokens/s`;
  byId('cycle').textContent = `${best.cycle_us.toFixed(2)} µs`;
  byId('tpot').textContent = `${(best.tpot_us / 1000).toFixed(3)} ms`;
  byId('memory-row').hidden = !memory;
  if (memory) {
    const side = (name) => `${memory[`${name}_used_gb`].toFixed(1)} of ${memory[`${name}_usable_gb`].toFixed(1)} GB`;
    byId('memory').textContent = `${side('attention')}, ${side('ffn')}`;
  }
  byId('mean-field').textContent = `${meanField.ratio.toFixed(3)} (${meanField.regime}-bound)`;
  byId('slot-load').textContent = `${load.slot_load_mean.toFixed(1)} ± ${load.slot_load_stddev.toFixed(1)} tokens`;
  idleBars(byId('idle'), best.idle);
  const limit = tpotLimit(values, curve, request.microbatches ?? 1);
  const notes = [`Binds: ${best.bottleneck.replace('_', ' ')}.`];
  if (request.max_ratio !== undefined && best.ratio === request.max_ratio) notes.push('The largest ratio allowed binds: a larger one may be better.');
  if (limit) {
    const held = best.ratio <= limit.largest;
    notes.push(held ? `The TPOT limit of ${limit.limit} ms holds up to ratio ${limit.largest}.`
      : limit.largest > 0 ? `The TPOT limit of ${limit.limit} ms binds: the largest ratio that keeps it is ${limit.largest}.`
        : `No ratio keeps the TPOT limit of ${limit.limit} ms.`);
  }
  byId('binding').textContent = notes.join(' ');
  showWarnings(result.warnings);
  drawPlots(curve, best, meanField, limit);
  fillTable(byId('table'), curve, simulated, best.ratio);
  byId('curl').textContent = curlLine(request);
}

/** What the answer says of its inputs: left out, assumed, used beyond what was measured. */
function showWarnings(warnings) {
  const list = byId('warnings');
  list.hidden = !warnings.length;
  list.replaceChildren(...warnings.map(({ detail }) => {
    const item = document.createElement('li');
    item.textContent = detail;
    return item;
  }));
}

function drawPlots(curve, best, meanField, limit) {
  const marks = [{ x: best.ratio, style: 'best' }];
  if (limit && limit.largest > 0) marks.push({ x: limit.largest, style: 'limit' });
  const series = [
    { name: 'with barrier', style: 'attention', points: curve.map((point) => ({ x: point.ratio, y: point.throughput_per_instance })) },
  ];
  if (curve.every((point) => point.meanField !== undefined)) {
    series.push({ name: 'mean field', style: 'ffn', dashed: true, points: curve.map((point) => ({ x: point.ratio, y: point.meanField })) });
  }
  if (simulated.length) {
    series.push({
      name: 'simulated', style: 'simulated', dots: true,
      points: simulated.map((point) => ({ x: point.ratio, y: point.throughput_per_instance, low: point.throughput_interval[0], high: point.throughput_interval[1] })),
    });
  }
  plot(byId('throughput-plot'), {
    title: 'Throughput per instance against ratio', series, vertical: marks, format: short,
    description: `Best at ratio ${best.ratio} with ${Math.round(best.throughput_per_instance)} tokens per second and instance; mean field ${meanField.ratio.toFixed(2)}.`,
  });
  plot(byId('idle-plot'), {
    title: 'Idle fraction of each role against ratio', vertical: marks, format: (value) => `${Math.round(100 * value)} %`, yHigh: 1,
    description: `At ratio ${best.ratio}: Attention ${percent(best.idle.attention)}, FFN ${percent(best.idle.ffn)}, communication ${percent(best.idle.communication)}.`,
    series: [['Attention', 'attention'], ['FFN', 'ffn'], ['communication', 'communication']].map(([name, key]) => (
      { name, style: key, points: curve.map((point) => ({ x: point.ratio, y: point.idle[key] })) })),
  });
}

function curlLine(request) {
  const quoted = JSON.stringify(request).replaceAll("'", "'\\''");
  return `curl ${location.origin}/v1/size?pretty -d '${quoted}'`;
}

/** Asks for the form's answer; only the latest question's is shown. */
async function update() {
  const values = fields();
  showParts(values);
  history.replaceState(null, '', `#${toHash(values)}`);
  const request = sizeRequest(values);
  const turn = ++latest;
  if (!request) { showProblem({ title: 'Choose or drop a trace.' }); return; }
  try {
    const result = await post('/v1/size', { ...request, include: ['curve'] });
    if (turn !== latest) return;
    if (shown && JSON.stringify(shown.request) !== JSON.stringify(request)) forgetSimulation();
    shown = { values, request, result };
    showProblem(null);
    show(values, request, result);
  } catch (error) {
    if (turn === latest) showProblem(error.problem || { title: 'The service cannot be reached.' });
  } finally {
    document.body.dataset.answered = turn;
  }
}

function forgetSimulation() {
  if (running) running.abort();
  simulated = [];
  byId('simulation-note').textContent = '';
}

async function simulate() {
  if (!shown || running) return;
  const { values, request, result } = shown;
  running = new AbortController();
  const bar = byId('progress');
  const note = byId('simulation-note');
  for (const [id, hidden] of [['stop', false], ['progress', false]]) byId(id).hidden = hidden;
  byId('simulate').disabled = true;
  bar.value = 0;
  note.textContent = 'Simulating…';
  try {
    const largest = request.max_ratio ?? result.curve[result.curve.length - 1].ratio;
    const body = simulateRequest(request, result.recommendation.ratio, largest);
    const answer = await postWithProgress('/v1/simulate', body, running.signal, (fraction) => { bar.value = fraction; });
    simulated = answer.points;
    note.textContent = `Simulated best of those tried: ratio ${answer.best_ratio}; recommended: ${result.recommendation.ratio}.`;
    if (shown.request === request) show(values, request, result);
  } catch (error) {
    note.textContent = error.name === 'AbortError' ? 'Stopped.' : (error.problem?.detail || error.problem?.title || 'The simulation failed.');
  } finally {
    running = null;
    byId('simulate').disabled = false;
    byId('stop').hidden = true;
    bar.hidden = true;
  }
}

/** A trace or a config.json, by what is in it. */
async function take(file) {
  try {
    if (/\.json$/i.test(file.name) && file.size < 1 << 20) {
      const parsed = JSON.parse(await file.text());
      if (parsed && parsed.hidden_size !== undefined) {
        setConfig(parsed, file.name);
        form.elements.hardware.value = 'names';
        form.elements.model.value = '';
        return update();
      }
    }
    dropped.statistics = await postTrace(file);
    dropped.name = file.name;
    form.elements.workload.value = 'trace';
    return update();
  } catch (error) {
    showProblem(error.problem || { title: `${file.name} could not be read: ${error.message}` });
  }
}

let timer = 0;
form.addEventListener('input', (event) => {
  if (event.target.type === 'file') return;
  clearTimeout(timer);
  timer = setTimeout(update, 25);
});
form.addEventListener('submit', (event) => { event.preventDefault(); update(); });
byId('file').addEventListener('change', (event) => { if (event.target.files[0]) take(event.target.files[0]); });
for (const name of ['dragover', 'dragleave', 'drop']) {
  document.addEventListener(name, (event) => {
    event.preventDefault();
    byId('drop').classList.toggle('over', name === 'dragover');
    if (name === 'drop' && event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
  });
}
byId('simulate').addEventListener('click', simulate);
byId('stop').addEventListener('click', () => running && running.abort());
for (const button of document.querySelectorAll('[data-copy]')) {
  button.addEventListener('click', async () => {
    if (!shown) return;
    const texts = { curl: curlLine(shown.request), json: JSON.stringify(shown.request, null, 2), link: location.href };
    try {
      await navigator.clipboard.writeText(texts[button.dataset.copy]);
      byId('copied').textContent = 'Copied.';
    } catch {
      byId('copied').textContent = 'The browser did not allow copying: select the text below.';
    }
  });
}
window.addEventListener('hashchange', () => { fromHash(location.hash.slice(1)); update(); });
window.addEventListener('resize', () => { if (shown) show(shown.values, shown.request, shown.result); });
fromHash(location.hash.slice(1));
update();
loadCatalog().then(() => fromHash(location.hash.slice(1))).catch(() => { /* names can still be typed into a link */ });
