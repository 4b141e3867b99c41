// The page: one state, tabs that look at it, and at each change the question to the service whose answer replaces the last.
import { dataHead, planValues, showFit, showTrace } from './data.js';
import { byId, element, fillWarnings, furnish } from './dom.js';
import { driftRequest } from './drift.js';
import { changed } from './fields.js';
import { fileButton, openDrop, readConfig, showChosen, showUpload } from './files.js';
import { buildForm, offer, showForm } from './form.js';
import { showFailure, showHead, showHint } from './head.js';
import { bytes, whole } from './numbers.js';
import { bundleValues, planHead, showPlan } from './plan.js';
import { openedValues, replayHead, replayValues, showReplay } from './replay.js';
import { missing, planRequest, replayRequest, replaySize, simulateRequest, sizeRequest } from './requests.js';
import { isJSON, withoutSample } from './samples.js';
import { get, hasToken, post, postText, postWithProgress, setToken, upload } from './service.js';
import { openShare, shareFile, shareRequest } from './share.js';
import { readSize, showSize, sizeHead } from './size.js';
import { TABS, fromHash, lostInLink, scenario, toHash } from './state.js';
import { openTerms } from './terms.js';
import { readRows, traceOf } from './trace.js';
import { MOST_LANES, drawDrift, drawStrip } from './views.js';
import { fitSentence } from './words.js';

let state = fromHash(location.hash.slice(1));
/** The last answer of each tab: {key, request, result}. */
const answers = {};
let asking = null;
let turn = 0;
/** The scenario that is compared with: {hash, request, result}. */
let kept = null;
let simulated = null;
let simulating = null;
let reading = null;
let replaying = null;
const strip = { result: null, request: null, ratio: 1 };
let drift = { key: null, results: null };

const EXAMPLE = `stage,batch,context,load,latency_us
attention,128,1024,,96.25
attention,128,4096,,292
attention,128,8192,,550.4
attention,256,4096,,548.1
ffn,,,256,121.2
ffn,,,512,142.6
ffn,,,1024,185.1
ffn,,,1536,310
ffn,,,2048,270.2
ffn,,,4096,439.8`;

const QUESTIONS = {
  size: { path: '/v1/size', request: sizeRequest, body: (request) => ({ ...request, include: ['curve'] }), show: renderSize },
  plan: { path: '/v1/plan', request: planRequest, body: (request) => request, show: renderPlan },
};

function renderSize({ key, request, result }) {
  const view = readSize(state, result);
  const a = kept && kept.hash === state.a ? { ...readSize(fromHash(kept.hash), kept.result), curve: kept.result.curve } : null;
  showHead(sizeHead(state, request, result, view, a));
  const own = simulated?.key === key ? simulated : {};
  showSize(state, request, result, view, { simulated: own.points, simulatedBest: own.best, note: own.note, a: a?.chosen ? a : null, pick: pin });
  renderStrip(request, result, view);
  renderDrift(key, request, result, view);
  byId('drop-a').hidden = state.a === null;
  byId('keep-a').textContent = state.a === null ? 'Keep as A' : 'Keep this as A';
  if (document.activeElement !== byId('now')) byId('now').value = state.now ?? '';
}

/** The film-strip at the slider's ratio; at the answer's where the answer is new. */
function renderStrip(request, result, view) {
  const slider = byId('strip-ratio');
  const highest = Math.min(MOST_LANES, Math.max(2, result.curve.at(-1).ratio));
  slider.max = highest;
  if (strip.result !== result) Object.assign(strip, { result, request, ratio: Math.min(highest, view.chosen?.ratio ?? 1) });
  slider.value = strip.ratio;
  byId('strip-value').textContent = `${strip.ratio} : 1`;
  if (view.chosen) drawStrip(request, result, strip.ratio);
}

/** The drift map, asked for after the answer stands. */
async function renderDrift(key, request, result, view) {
  if (!view.chosen) return;
  const highest = Math.min(MOST_LANES, result.curve.at(-1).ratio);
  const now = Math.min(highest, state.now ?? view.chosen.ratio);
  if (drift.key !== key) {
    drift = { key, results: null };
    const own = drift;
    try {
      own.results = (await post('/v1/size/batch', driftRequest(request, result.workload, highest))).results;
    } catch { /* the map is left out */ }
    if (own !== drift) return;
  }
  byId('drift-part').hidden = !drift.results?.some((one) => one.curve);
  if (!byId('drift-part').hidden) drawDrift(drift.results, result.workload, now, highest);
}

function renderPlan({ request, result }) {
  showHead(planHead(state, request, result));
  showPlan(request, result);
}

function renderReplay({ request, result }) {
  showHead(replayHead(result));
  showReplay(request, result);
}

/** What a replay lacks; the rows of a trace are read when they are first asked for. */
async function replayLacks(mine) {
  const { source } = state.values;
  if (source !== 'file') return missing(state);
  const { statistics } = state.held;
  if (!statistics?.file) return 'Choose a trace with times in the Data tab: a link does not hold its file.';
  if (!statistics.value.arrivals) return 'This trace has no times of arrival.';
  if (!['csv', 'ndjson'].includes(statistics.value.read?.format)) return 'The page replays CSV and NDJSON; use afd-sizer replay for this file.';
  if (state.held.rows?.file !== statistics.file) {
    state.held.rows = null;
    replaying = new AbortController();
    showRunning(true, `Reading ${statistics.name}…`);
    const rows = await readRows(statistics.file, statistics.value.read, replaying.signal, (count, all) => { byId('replay-progress').value = count / all; });
    showRunning(false, '');
    state.held.rows = { value: traceOf(rows, statistics.value.arrivals.duration_s), file: statistics.file, all: rows.all };
  }
  return mine === turn ? missing({ ...state, values: { ...state.values, workload: 'lengths' } }) : null;
}

function showRunning(runs, note) {
  byId('replay-stop').hidden = byId('replay-progress').hidden = !runs;
  byId('replay').disabled = runs;
  if (runs) byId('replay-progress').value = 0;
  byId('replay-note').textContent = note;
}

/** Replays at once what is short; what is long waits for the button. */
async function answerReplay(mine, asked) {
  replaying?.abort();
  try {
    const lack = await replayLacks(mine);
    if (mine !== turn) return;
    showFailure(null);
    if (lack) { showHint(lack); showRunning(false, ''); shareRequest(null); return; }
    const request = replayRequest(state);
    const key = JSON.stringify(request);
    shareRequest('/v1/replay', request);
    const rows = state.held.rows;
    const cut = state.values.source === 'file' && rows.all > rows.value.arrival_s.length ? ` The first ${whole(rows.value.arrival_s.length)} of ${whole(rows.all)} requests are replayed.` : '';
    if (answers.replay?.key === key) { showRunning(false, cut); renderReplay(answers.replay); return; }
    if (!asked && replaySize(state) > 50000) {
      showHint(`Press Replay: ${whole(replaySize(state))} requests may take a while.`);
      showRunning(false, cut);
      return;
    }
    replaying = new AbortController();
    showRunning(true, `Replaying…${cut}`);
    const result = await postWithProgress('/v1/replay', request, replaying.signal, (fraction) => { byId('replay-progress').value = fraction; });
    if (mine !== turn) return;
    answers.replay = { key, request, result };
    showRunning(false, cut);
    renderReplay(answers.replay);
  } catch (error) {
    if (mine !== turn) return;
    showRunning(false, error.name === 'AbortError' ? 'Stopped.' : '');
    if (error.name === 'AbortError') { showHint('Stopped. Press Replay to begin anew.'); return; }
    throw error;
  }
}

/** The Data tab asks nothing at a change: it shows what was read. */
function renderData() {
  const { statistics, calibration } = state.held;
  const head = dataHead(state.held);
  if (head) showHead(head);
  else showHint('Drop a trace of requests, or paste measurements, to see what is in them.');
  byId('rest').hidden = !head;
  showTrace(statistics);
  showFit(calibration, calibration?.text, leaveOut);
  fillWarnings(byId('warnings'), statistics?.value.warnings ?? []);
  if (statistics) shareFile('/v1/workload', statistics.name);
  else shareRequest(null);
}

function leaveOut(stage, point) {
  byId('samples').value = withoutSample(state.held.calibration.text, stage, point);
  fit();
}

/** Fits lines to what is pasted. */
async function fit() {
  const text = byId('samples').value;
  const layers = byId('layers').value.trim();
  try {
    const found = await postText(`/v1/calibrate${layers ? `?layers=${encodeURIComponent(layers)}` : ''}`, text, isJSON(text) ? 'application/json' : 'text/csv');
    state.held.calibration = { value: found, name: 'pasted measurements', text };
    await update();
  } catch (error) {
    fail(error);
  }
}

function fail(error, what = '') {
  if (error.name === 'AbortError') return;
  if (error.status === undefined) throw error;
  if (error.status === 401) showToken(true);
  const { problem } = error;
  showFailure(what ? { status: error.status, problem: { detail: `${what} ${problem?.errors?.[0]?.detail ?? problem?.detail ?? ''}` } } : error, state.tab, state.values);
}

function goTo(tab, values = state.values) {
  state.values = values;
  state.tab = tab;
  scrollTo(0, 0);
  return update();
}

/** Pins what runs now, or takes the pin out where it is. */
function pin(ratio) {
  state.now = state.now === ratio ? null : ratio;
  update();
}

function showTab() {
  for (const button of byId('tabs').children) {
    const chosen = button.dataset.tab === state.tab;
    button.setAttribute('aria-selected', String(chosen));
    button.tabIndex = chosen ? 0 : -1;
  }
  byId('panel').setAttribute('aria-labelledby', `tab-${state.tab}`);
  for (const panel of document.querySelectorAll('[data-panel]')) panel.hidden = panel.dataset.panel !== state.tab;
  byId('form').hidden = state.tab === 'data';
}

function showNotes() {
  const { statistics, config } = state.held;
  const found = statistics?.value;
  byId('trace-note').textContent = found
    ? `${whole(found.requests ?? found.sums?.count ?? 0)} requests (${statistics.name}); ${whole(found.slot_load_mean?.value)} tokens in a slot in the mean.`
    : 'No trace yet.';
  byId('measured-note').textContent = state.held.calibration ? fitSentence(state.held.calibration.value) : 'No measurements yet.';
  byId('config-note').textContent = config
    ? `Described by ${config.name}: ${config.value.num_hidden_layers ?? '?'} layers, hidden size ${config.value.hidden_size ?? '?'}.` : 'Another model: drop its config.json.';
}

/** Shows the state, and asks for its answer; only the latest question's is shown. */
async function update(asked = false) {
  history.replaceState(null, '', `#${toHash(state)}`);
  if (state.held.config) offer('models', [{ id: '', name: `config.json (${state.held.config.value.model_type ?? state.held.config.name})` }]);
  showTab();
  showForm(state.tab, state.values);
  showNotes();
  const mine = ++turn;
  document.body.dataset.latest = mine;
  try {
    await answer(mine, asked);
  } finally {
    document.body.dataset.answered = mine;
  }
}

async function answer(mine, asked) {
  asking?.abort();
  byId('rest').hidden = false;
  if (state.tab === 'data') { showFailure(null); renderData(); return; }
  if (state.tab === 'replay') {
    try { await answerReplay(mine, asked); } catch (error) { fillWarnings(byId('warnings'), []); fail(error); }
    return;
  }
  const question = QUESTIONS[state.tab];
  const lack = missing(state);
  if (lack) { showFailure(null); showHint(lack); shareRequest(null); return; }
  const request = question.request(state);
  const key = JSON.stringify(request);
  try {
    if (answers[state.tab]?.key !== key) {
      asking = new AbortController();
      const result = await post(question.path, question.body(request), asking.signal);
      if (mine !== turn) return;
      answers[state.tab] = { key, request, result };
      if (state.tab === 'size' && simulated?.key !== key) forgetSimulation();
    }
    if (state.tab === 'size') await keepA();
    if (mine !== turn) return;
    showFailure(null, state.tab, state.values);
    question.show(answers[state.tab]);
    shareRequest(question.path, request);
  } catch (error) {
    if (mine !== turn) return;
    fillWarnings(byId('warnings'), []);
    fail(error);
    shareRequest(null);
  }
}

/** Answers the scenario that is compared with, where that has not been done. */
async function keepA() {
  if (state.a === null || kept?.hash === state.a) return;
  const other = fromHash(state.a);
  // A trace that is too large for a link is the one that the page still has.
  for (const [name, held] of Object.entries(other.held)) if (!held) other.held[name] = state.held[name];
  if (missing(other)) return;
  const request = sizeRequest(other);
  const hash = state.a;
  kept = { hash, request, result: await post('/v1/size', { ...request, include: ['curve'] }) };
}

function forgetSimulation() {
  simulating?.abort();
  simulated = null;
}

async function simulate() {
  const asked = answers.size;
  if (!asked || simulating) return;
  simulating = new AbortController();
  byId('stop').hidden = byId('progress').hidden = false;
  byId('simulate').disabled = true;
  byId('progress').value = 0;
  byId('simulation-note').textContent = 'Simulating…';
  try {
    const { request, result, key } = asked;
    const largest = request.max_ratio ?? result.curve.at(-1).ratio;
    const best = readSize(state, result).chosen?.ratio ?? result.recommendation.ratio;
    const body = simulateRequest(request, best, largest);
    const found = await postWithProgress('/v1/simulate', body, simulating.signal, (fraction) => { byId('progress').value = fraction; });
    simulated = { key, points: found.points, best: found.best_ratio };
  } catch (error) {
    simulated = { key: asked.key, note: error.name === 'AbortError' ? 'Stopped.' : error.problem?.errors?.[0]?.detail ?? error.problem?.detail ?? 'The simulation failed.' };
  } finally {
    simulating = null;
    byId('simulate').disabled = false;
    byId('stop').hidden = byId('progress').hidden = true;
    if (state.tab === 'size' && answers.size?.key === asked.key) renderSize(answers.size);
  }
}

function showToken(is) {
  byId('token-part').hidden = !is;
  byId('token-button').setAttribute('aria-expanded', is);
  if (is) byId('token').focus();
}

/** The columns that are named in the Data tab. */
function columnQuery() {
  const query = new URLSearchParams();
  for (const [name, id] of [['prefill_column', 'prefill-column'], ['decode_column', 'decode-column']]) {
    if (byId(id).value.trim()) query.set(name, byId(id).value.trim());
  }
  if (byId('first-token').checked) query.set('first_token_from_prefill', 'true');
  return query.size ? `?${query}` : '';
}

/** A trace, or a config.json, by what is in it. */
async function take(file) {
  const config = await readConfig(file);
  if (config) {
    state.held.config = { value: config, name: file.name };
    state.values = { ...state.values, hardware: 'names', model: '' };
    return update();
  }
  try {
    reading?.abort();
    reading = new AbortController();
    const statistics = await upload(`/v1/workload${columnQuery()}`, file, {
      signal: reading.signal,
      progress: (loaded, total) => showUpload(file.name, loaded, total, loaded < total ? `Sending ${file.name}: ${bytes(loaded)} of ${bytes(total)}` : `Reading ${file.name}…`),
    });
    state.held.statistics = { value: statistics, name: file.name, file };
    state.values = { ...state.values, workload: 'trace' };
    showChosen(file);
    await goTo('data');
  } catch (error) {
    fail(error, `${file.name} could not be read.`);
  } finally {
    showUpload(null);
  }
}

function loadCatalog() {
  return get('/v1/catalog').then(({ models, devices }) => { offer('models', models); offer('devices', devices); }).catch(() => { /* told by the answer */ });
}

let timer = 0;
function soon() {
  document.body.dataset.latest = 'pending';
  clearTimeout(timer);
  // A replay takes longer than a keystroke.
  timer = setTimeout(() => update(), state.tab === 'replay' ? 300 : 20);
}

const onClick = (id, act) => byId(id).addEventListener('click', act);

furnish();
buildForm(byId('form'), (name, value) => { state.values = changed(state.values, name, value); soon(); });
byId('note-trace').append(element('p', { id: 'trace-note' }), fileButton('file', 'Choose a trace (CSV, NDJSON, JSON, gzip, metrics), or drop it anywhere', take));
byId('data-file').append(fileButton('data-trace', 'Choose CSV, NDJSON, JSON (gzip too) or the text of /metrics; or drop it anywhere', take));
byId('data-form').addEventListener('submit', (event) => { event.preventDefault(); fit(); });
onClick('fit-example', () => { byId('samples').value = EXAMPLE; fit(); });
onClick('size-trace', () => goTo('size', { ...state.values, workload: 'trace' }));
onClick('plan-trace', () => goTo('plan', planValues(state.held.statistics, state.values)));
onClick('replay-trace', () => goTo('replay', { ...state.values, source: 'file' }));
onClick('plan-replay', () => goTo('replay', replayValues(answers.plan.result, state.values)));
onClick('replay', () => update(true));
onClick('replay-stop', () => replaying?.abort());
onClick('use-fit', () => goTo('size', { ...state.values, hardware: 'measured' }));
byId('note-config').append(element('p', { id: 'config-note' }));
byId('note-measured').append(element('p', { id: 'measured-note' }), element('button', { type: 'button', class: 'link', onclick: () => goTo('data') }, 'Go to the Data tab'));
openTerms(document.body);
openShare(() => (lostInLink(state).length ? `Too large for a link: ${lostInLink(state).join(', ')}.` : ''));
openDrop(take);
onClick('tabs', ({ target: { dataset: { tab } } }) => {
  if (!TABS.includes(tab)) return;
  // The plan that stands is what one expects to see replayed.
  if (tab === 'replay' && answers.plan?.key === JSON.stringify(planRequest(state))) state.values = openedValues(answers.plan.result, state.values);
  state.tab = tab;
  update();
});
byId('tabs').addEventListener('keydown', (event) => {
  const tabs = [...byId('tabs').children];
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const next = tabs[(tabs.findIndex((tab) => tab.dataset.tab === state.tab) + step + tabs.length) % tabs.length];
  event.preventDefault();
  next.click();
  next.focus();
});
onClick('simulate', simulate);
onClick('upload-stop', () => reading?.abort());
onClick('stop', () => simulating?.abort());
onClick('keep-a', () => {
  state.a = scenario(state);
  kept = { hash: state.a, request: answers.size.request, result: answers.size.result };
  update();
});
byId('strip-ratio').addEventListener('input', ({ target }) => {
  strip.ratio = Number(target.value);
  byId('strip-value').textContent = `${strip.ratio} : 1`;
  drawStrip(strip.request, strip.result, strip.ratio);
});
onClick('drop-a', () => { state.a = null; update(); });
byId('now').addEventListener('input', ({ target }) => {
  const ratio = Number(target.value);
  state.now = target.value.trim() !== '' && Number.isInteger(ratio) && ratio > 0 ? ratio : null;
  soon();
});
onClick('plan-size', () => goTo('size', bundleValues(answers.plan.result, state.values)));
onClick('token-button', () => showToken(byId('token-part').hidden));
byId('token-part').addEventListener('submit', (event) => {
  event.preventDefault();
  setToken(byId('token').value);
  byId('token').value = '';
  showToken(false);
  byId('token-button').textContent = hasToken() ? 'Token: set' : 'Token';
  loadCatalog();
  update();
});
// The slim line stands where the headline is out of sight.
new IntersectionObserver(([{ isIntersecting }]) => document.body.classList.toggle('scrolled', !isIntersecting)).observe(byId('head'));
window.addEventListener('hashchange', () => { const held = state.held; state = fromHash(location.hash.slice(1)); for (const name of Object.keys(held)) state.held[name] ??= held[name]; update(); });
// A phone's bars change the height alone.
let shownWidth = innerWidth;
window.addEventListener('resize', () => setTimeout(() => { if (innerWidth !== shownWidth) { shownWidth = innerWidth; update(); } }, 99));
update();
loadCatalog().then(() => showForm(state.tab, state.values));
