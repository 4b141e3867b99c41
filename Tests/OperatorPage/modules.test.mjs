// The page's modules that compute, without a browser. PAGE_MODULES names the folder that they are in.
import assert from 'node:assert/strict';
import test from 'node:test';
import { pathToFileURL } from 'node:url';

const load = (name) => import(pathToFileURL(`${process.env.PAGE_MODULES}/${name}.js`));
const numbers = await load('numbers');
const words = await load('words');
const scales = await load('scales');
const fields = await load('fields');
const state = await load('state');
const requests = await load('requests');
const answers = await load('answers');
const replays = await load('replay');
const { commands, quoted } = await load('commands');

function table(name, rows, call) {
  test(name, () => { for (const [input, wanted] of rows) assert.deepEqual(call(input), wanted, JSON.stringify(input)); });
}

table('numbers as they are spoken', [[719427.99, '719 thousand'], [999600, '1 million'], [1234567, '1.23 million'], [2.5e9, '2.5 billion'], [12, '12'], [0, '0']], numbers.spoken);
table('times in the unit that suits them', [[0.323489, '323 µs'], [12.34, '12.3 ms'], [999.9, '1 s'], [4100, '4.1 s'], [200e3, '3.33 min'], [9e6, '2.5 h'], [null, '–'], [0, '0']], numbers.duration);
table('short numbers of ticks', [[800000, '800k'], [1500000, '1.5M'], [0.25, '0.25'], [0, '0']], numbers.short);
table('shares', [[0.0633, '6.3 %'], [1, '100.0 %'], [null, '–']], (value) => numbers.percent(value));
table('a text that is no number stays one', [['256', 256], [' 1e3 ', 1000], ['abc', 'abc'], ['', ''], ['Infinity', 'Infinity']], numbers.number);
table('sizes of files', [[512, '0.512 kB'], [4.2e6, '4.2 MB'], [7e9, '7 GB']], numbers.bytes);

test('ticks of ratios begin with 1', () => {
  assert.deepEqual(scales.ratioTicks(32, 10), [1, 5, 10, 15, 20, 25, 30]);
  assert.deepEqual(scales.ratioTicks(4, 10), [1, 2, 3, 4]);
  assert.equal(scales.ratioTicks(2, 6)[0], 1);
});

test('ticks lie within their range, at even steps', () => {
  let seed = 7;
  const random = () => { seed = (seed * 16807) % 2147483647; return seed / 2147483647; };
  for (let turn = 0; turn < 500; turn++) {
    const low = (random() - 0.5) * 10 ** (6 * random());
    const high = low + 10 ** (8 * random() - 3);
    const ticks = scales.linearTicks(low, high, 5);
    assert.ok(ticks.length >= 2 && ticks.length <= 7, `${low} ${high}: ${ticks}`);
    for (const tick of ticks) assert.ok(tick >= low - 1e-6 * Math.abs(low) - 1e-9 && tick <= high + 1e-6 * Math.abs(high) + 1e-9, `${low} ${high}: ${ticks}`);
  }
});

test('a scale and its inverse', () => {
  for (const kind of ['linear', 'log']) {
    const x = scales.scale(kind, 1, 1000, 50, 600);
    assert.equal(x(1), 50);
    assert.equal(Math.round(x(1000)), 600);
    assert.ok(Math.abs(x.invert(x(37)) - 37) < 1e-9);
  }
  assert.deepEqual(scales.logTicks(1, 1000), [1, 10, 100, 1000]);
  assert.deepEqual(scales.logTicks(1, 100), [1, 2, 5, 10, 20, 50, 100]);
});

table('errors in plain words', [
  ['must be a whole number from 1 to 10000000', 'Enter a whole number from 1 to 10 million.'],
  ['must be a finite number from 0 to 1e7', 'Enter a number from 0 to 10 million.'],
  ['must be a number from 0 to 1e12', 'Enter a number from 0 to 1 trillion.'],
  ['must be a number from 0.000001 to 1000000000', 'Enter a number from 0.000001 to 1 billion.'],
  ['must have the field "ffn"', 'Fill this in: ffn is missing.'],
  ['the FFN weights need 657.7 GB on each device of h800, 72.0 GB are usable: 585.7 GB too much',
    'Does not fit: the FFN’s weights need 657.7 GB on each h800, 72.0 GB can be used. Spread them over more devices (expert parallel).'],
  ['weights and cache of 4000 requests an instance need 190.4 GB on each Attention device, 72.0 GB are usable: 118.4 GB too much; the largest batch that fits is 1257',
    'Does not fit: weights and caches need 190.4 GB on each Attention device, 72.0 GB can be used. At most 1,257 requests fit.'],
  ['the mean TPOT is 0.17 ms even with 1 Attention instance and a batch of 1: 0.16 ms over the bound', 'Cannot be kept: even the smallest batch takes 0.17 ms per token.'],
  ['is not a known field; did you mean "prefill"?', 'This is not a known field; did you mean "prefill"?'],
  ['must be a number, not a string', 'Enter a number.'],
  ['must be a whole number, not null', 'Enter a whole number.'],
  ['something else', 'Something else.'],
], words.plain);

table('what a status means', [[[0], 'The service does not answer. Does it still run?'], [[401], 'This service asks for a token. Enter one above.'],
  [[422, 'No.'], 'No.'], [[503, 'draining'], 'The service is busy: draining'], [[500], 'That did not work.']], ([status, detail]) => words.statusSentence(status, detail));

test('the sentence of the base case', () => {
  assert.equal(words.sizeSentence(10, 719427.99, { low: 8, high: 11 }, 0.025),
    '10 Attention instances for each FFN instance; 719 thousand tokens a second from each instance; 8 to 11 lose at most 2.5 %.');
  assert.equal(words.sizeSentence(1, 31176, { low: 1, high: 1 }, 0.025),
    '1 Attention instance for each FFN instance; 31.2 thousand tokens a second from each instance; every other ratio loses more than 2.5 %.');
});

test('sentences about memory, limits, pins, comparisons', () => {
  const memory = { attention_used_gb: 38.73, attention_usable_gb: 72, ffn_used_gb: 20.55, ffn_usable_gb: 72, largest_batch: 10056 };
  assert.equal(words.memorySentence(memory).text, 'Fits in memory: 38.7 GB of 72 GB on each Attention device, 20.6 GB of 72 GB on each FFN device; up to 10,056 requests per instance.');
  assert.equal(words.memorySentence(undefined).kind, 'open');
  const best = { ratio: 10, throughput_per_instance: 700, tpot_us: 300 };
  const lower = { ratio: 6, throughput_per_instance: 600, tpot_us: 200 };
  assert.equal(words.limitSentence({ limit: null }), null);
  assert.equal(words.limitSentence({ limit: 0.25, chosen: lower, free: best }).text, 'The limit of 250 µs per token binds: without it 10 : 1 would give 16.7 % more.');
  assert.equal(words.limitSentence({ limit: 0.1, chosen: null, free: best, least: 0.2 }).kind, 'bad');
  assert.equal(words.nowSentence(lower, best), 'You run 6 : 1. Going to 10 : 1 gives 16.7 % more tokens a second from each instance, at 300 µs instead of 200 µs per token.');
  assert.equal(words.nowSentence(best, best), 'You run 10 : 1: that is the best.');
  assert.equal(words.compareSentence(lower, best), 'A is best at 6 : 1, B (the fields) at 10 : 1. B gives 16.7 % more tokens a second from each instance.');
});

table('whether to split', [
  [{ verdict: 'disaggregate', gain: 0.04 }, 'good'], [{ verdict: 'do_not_disaggregate', gain: -0.2 }, 'warn'], [{ verdict: 'tie', gain: 0 }, 'open'],
  [{ verdict: 'colocated_infeasible' }, 'good'],
], (colocated) => words.colocationSentence(colocated).kind);

test('no Greek outside the explanations', async () => {
  const { readFileSync, readdirSync } = await import('node:fs');
  const greek = /[\u0370-\u03bb\u03bd-\u03ff]/u; // µ of units is U+00B5, and may stand anywhere
  for (const name of readdirSync(process.env.PAGE_MODULES).filter((file) => /\.(js|html)$/.test(file))) {
    const text = readFileSync(`${process.env.PAGE_MODULES}/${name}`, 'utf8').replace(/export const TERMS = \{[\s\S]*?\n\};/, '');
    assert.ok(!greek.test(text), name);
  }
  for (const { term } of fields.FIELDS) if (term) assert.ok(words.TERMS[term], term);
});

test('a link holds the state, and only what differs', () => {
  assert.equal(state.toHash(state.initialState()), '');
  const one = state.initialState();
  one.tab = 'plan';
  one.values.rate = '30';
  one.values.workload = 'trace';
  one.now = 8;
  one.a = 'batch_size=64';
  one.held.statistics = { value: { histogram: { prefill: [1] } }, name: 'trace.csv' };
  const again = state.fromHash(state.toHash(one));
  assert.deepEqual(again.values, one.values);
  assert.deepEqual([again.tab, again.now, again.a, again.held.statistics.value], ['plan', 8, 'batch_size=64', one.held.statistics.value]);
});

table('links that are cut or foreign do no harm', [['tab=nonsense', 'size'], ['statistics=%7B%22', 'size'], ['constructor=1&__proto__=2', 'size'], ['now=-3', 'size'], ['tab=plan', 'plan']],
  (hash) => { const found = state.fromHash(hash); assert.equal(found.now, null); assert.equal(found.held.statistics, null); return found.tab; });

test('requests of the first view', () => {
  const first = state.initialState();
  assert.deepEqual(requests.sizeRequest(first), {
    workload: { prefill: { distribution: 'fixed', value: 100 }, decode: { distribution: 'geometric', mean: 500 } },
    hardware: { attention: { alpha_us: 0.00165, beta_us: 50 }, ffn: { alpha_us: 0.083, beta_us: 100 }, communication: { alpha_us: 0.022, beta_us: 20, load: 'attention_batch' } },
    batch_size: 256, max_ratio: 32,
  });
  const plan = requests.planRequest(first);
  assert.deepEqual(plan.arrivals, { requests_per_second: 40000, dispersion: 1 });
  assert.deepEqual(plan.limits, { wait_ms: 20 });
  for (const absent of ['demand', 'devices', 'prefill', 'prices', 'current', 'batch_size']) assert.ok(!(absent in plan), absent);
});

test('requests of plans with everything', () => {
  const all = state.initialState();
  Object.assign(all.values, {
    target: 'demand', headroom: '25', pool: 'device', cached: '40', bandwidth: '100', ttft_limit: '500', hardware: 'names', price_attention: '3', now_attention: '8', now_ffn: '1',
    tpot_percentile: 'p90', plan_tpot: '0.4', objective: 'devices',
  });
  const demand = requests.planRequest(all);
  assert.deepEqual(demand.demand, { requests_per_second: 40000, headroom: 0.25, spare_instances: 0 });
  assert.deepEqual(demand.limits, { tpot_ms: 0.4, tpot_percentile: 'p99' });
  assert.ok(!('prefill' in demand), 'prefill is planned with arrivals alone');
  assert.deepEqual(demand.current, { attention_instances: 8, ffn_instances: 1 });
  all.values.target = 'arrivals';
  const open = requests.planRequest(all);
  assert.deepEqual(open.prefill, { device: 'h800', tensor_parallel: 8, cached_fraction: 0.4 });
  assert.deepEqual(open.transfer, { bandwidth_gb_s: 100, overlap: 'layerwise' });
  assert.deepEqual(open.limits, { tpot_ms: 0.4, wait_ms: 20, ttft_ms: 500, tpot_percentile: 'p90', ttft_percentile: 'p90' });
  all.values.target = 'devices';
  all.values.devices_ffn = '16';
  assert.deepEqual(requests.planRequest(all).devices, { ffn: 16 });
});

test('what is missing is said before anything is asked', () => {
  const some = state.initialState();
  assert.equal(requests.missing(some), null);
  some.values.workload = 'trace';
  assert.match(requests.missing(some), /trace/);
  some.values.workload = 'lengths';
  some.values.hardware = 'measured';
  assert.match(requests.missing(some), /Data tab/);
});

table('the field of a pointer', [
  [['/batch_size', 'size'], 'batch_size'], [['/batch_size', 'plan'], 'plan_batch'], [['/hardware/ffn/alpha_us', 'size'], 'ffn_alpha'],
  [['/workload/prefill', 'size'], 'prefill_value'], [['/workload/prefill/value', 'size'], 'prefill_value'], [['/limits/tpot_ms', 'plan'], 'plan_tpot'], [['', 'size'], null], [['/nowhere', 'size'], null],
], ([pointer, tab]) => fields.fieldAt(pointer, tab, fields.initialValues())?.name ?? null);

test('field names are there once', () => {
  const names = fields.FIELDS.map((field) => field.name);
  assert.equal(new Set(names).size, names.length);
});

const CURVE = [[1, 420, 300], [2, 600, 310], [3, 690, 320], [4, 700, 330], [5, 695, 400]]
  .map(([ratio, throughput_per_instance, tpot_us]) => ({ ratio, throughput_per_instance, tpot_us }));
const RESULT = { curve: CURVE, recommendation: { ...CURVE[3], bottleneck: 'attention' } };

test('a limit on the time per token chooses the ratio', () => {
  const free = answers.choose(RESULT, null);
  assert.equal(free.chosen, RESULT.recommendation);
  assert.equal(answers.choose(RESULT, 0.35).chosen, RESULT.recommendation);
  assert.equal(answers.choose(RESULT, 0.315).chosen.ratio, 2);
  const none = answers.choose(RESULT, 0.2);
  assert.equal(none.chosen, null);
  assert.equal(none.least, 0.3);
  assert.deepEqual(answers.nearBest(CURVE, free.chosen, null), { low: 3, high: 5 });
  assert.deepEqual(answers.nearBest(CURVE, free.chosen, 0.35), { low: 3, high: 4 });
  assert.equal(answers.pointAt(CURVE, 9).ratio, 5);
});

test('lines to copy are quoted for every shell', async () => {
  const { execFileSync } = await import('node:child_process');
  const request = { model: "it's $HOME `x` \\ \"!\" ?*[a]" };
  const lines = commands('http://localhost:1', '/v1/size', request, false);
  assert.match(lines.curl, /'http:\/\/localhost:1\/v1\/size\?pretty'/);
  assert.match(commands('http://localhost:1', '/v1/size', request, true).curl, /Bearer \$AFD_TOKEN"/);
  const body = execFileSync('sh', ['-c', `printf %s ${quoted(JSON.stringify(request))}`], { encoding: 'utf8' });
  assert.deepEqual(JSON.parse(body), request);
  const literal = /body = r'''(.*)'''/.exec(lines.python)[1];
  assert.deepEqual(JSON.parse(literal), request);
});

test('modules join to one script: no name twice, every import there', async () => {
  const { readFileSync, readdirSync } = await import('node:fs');
  const declared = new Map();
  for (const name of readdirSync(process.env.PAGE_MODULES).filter((file) => file.endsWith('.js'))) {
    const text = readFileSync(`${process.env.PAGE_MODULES}/${name}`, 'utf8');
    for (const [, made] of text.matchAll(/^(?:export )?(?:async )?(?:function|const|let|class) ([\w$]+)/gm)) {
      assert.ok(!declared.has(made), `${made} is declared in ${declared.get(made)} and in ${name}`);
      declared.set(made, name);
    }
  }
  for (const name of readdirSync(process.env.PAGE_MODULES).filter((file) => file.endsWith('.js'))) {
    const text = readFileSync(`${process.env.PAGE_MODULES}/${name}`, 'utf8');
    for (const line of text.split('\n').filter((one) => one.startsWith('import '))) {
      const [, names, from] = /^import \{ ([\w, ]+) \} from '\.\/([\w-]+)\.js';$/.exec(line) ?? assert.fail(`${name}: ${line}`);
      for (const made of names.split(', ')) assert.equal(declared.get(made), `${from}.js`, `${name} imports ${made}`);
      const body = text.replace(/^import .*$/gm, '');
      for (const made of names.split(', ')) assert.match(body, new RegExp(`\\b${made}\\b`), `${name} does not use ${made}`);
    }
  }
});

const histogram = await load('histogram');
const samples = await load('samples');
const trace = await load('trace');

test('lengths by bins keep every request', () => {
  const bins = histogram.logHistogram([0, 1, 5, 5, 100, 4000], [1, 2, 3, 4, 5, 5]);
  assert.ok(Math.abs(bins.reduce((sum, bin) => sum + bin.share, 0) - 1) < 1e-12);
  assert.ok(bins.length <= 36 && bins[0].low === 1 && bins.at(-1).high > 4000);
  assert.deepEqual(histogram.logHistogram([7], [3]).map((bin) => bin.share), [1]);
  assert.deepEqual(histogram.bucketHistogram({ bounds: [10, 100], counts: [1, 2, 1] }).map((bin) => bin.share), [0.25, 0.5, 0.25]);
  assert.equal(histogram.binPoints([]).length, 0);
});

test('arrivals by time keep their number', () => {
  const requests = Array.from({ length: 1000 }, (_, index) => index % 7);
  const points = histogram.arrivalPoints({ window_us: 500000, requests });
  assert.ok(points.length <= 180);
  const width = points[1].x - points[0].x;
  const total = points.slice(0, -1).reduce((sum, point) => sum + point.y * width, 0);
  assert.ok(Math.abs(total - requests.slice(0, Math.round((points.length - 1) * width / 0.5)).reduce((sum, count) => sum + count, 0)) < 1e-6);
});

table('measurements as points', [
  ['stage,batch,context,load,latency_us\nattention,128,1024,,96.25\nffn,,,256,121.2\n', { attention: [[131072, 96.25]], ffn: [[256, 121.2]] }],
  ['# made by hand\nStage;num_tokens;Latency (ms)\nFFN;256;0.1212\n', { ffn: [[256, 121.2]] }],
  ['{"ffn": {"samples": [{"load": 1, "latency_us": 2}]}}', { ffn: [[1, 2]] }], ['', {}], ['a,b\n1,2', {}], ['{"ffn": 3}', {}],
], (text) => Object.fromEntries(Object.entries(samples.readSamples(text)).map(([stage, points]) => [stage, points.map(({ x, y }) => [x, +y.toFixed(9)])])));

test('a sample is taken out of the text', () => {
  const text = 'stage,load,latency_us\nffn,1,2\n\nffn,2,3\nattention,1,5';
  const [, second] = samples.readSamples(text).ffn;
  assert.equal(samples.withoutSample(text, 'ffn', second), 'stage,load,latency_us\nffn,1,2\n\nattention,1,5');
  const json = '{"ffn": {"samples": [{"load": 1, "latency_us": 2}, {"load": 2, "latency_us": 3}]}}';
  assert.deepEqual(JSON.parse(samples.withoutSample(json, 'ffn', { line: 0 })), { ffn: { samples: [{ load: 2, latency_us: 3 }] } });
});

table('moments', [
  ['2023-11-16 18:15:46.6805900', 1700158546.68059], ['2023-11-16T18:15:46Z', 1700158546], ['2023-11-16T19:15:46+01:00', 1700158546], ['12.5', 12.5], [7, 7], ['', NaN], ['x', NaN],
], trace.moment);
table('cells with quotes', [['a,b', ['a', 'b']], ['"a,1",b', ['a,1', 'b']], ['"say ""x""",', ['say "x"', '']]], (line) => trace.cells(line, ','));

test('rows of a trace become columns in seconds, sorted', () => {
  const taker = trace.rowTaker({ format: 'csv', columns: [{ name: 'ms', as: 'arrival' }, { name: 'p', as: 'prefill' }, { name: 'd', as: 'decode' }] }, 3);
  for (const line of ['p,ms,d', '10,2000,5', '11,1000,6', '12,x,7', '13,1500,0', '14,3000,8', '15,5000,9']) taker.line(line);
  assert.deepEqual(trace.traceOf(taker.rows, 4), { arrival_s: [0, 1, 2], prefill: [11, 10, 14], decode: [6, 5, 8] });
  assert.equal(taker.rows.all, 4);
  const json = trace.rowTaker({ format: 'ndjson', columns: [{ name: '/at', as: 'arrival' }, { name: '/usage/in', as: 'prefill' }, { name: '/usage/out', as: 'decode' }] });
  json.line('{"at": 3, "usage": {"in": 1, "out": 2}}');
  json.line('not JSON');
  assert.deepEqual(trace.traceOf(json.rows, 0), { arrival_s: [0], prefill: [1], decode: [2] });
});

test('policies in a sentence', () => {
  const one = (name, fraction, hours) => ({ name, requests: 100, completed: 100, device_hours: hours, goodput: { fraction, missed: { wait: 1 - fraction } } });
  const all = [one('static', 0.92, 1), one('target', 0.991, 1.5), one('advice', 0.993, 1.2)];
  assert.equal(words.bestPolicy(all).name, 'advice');
  assert.equal(words.replaySentence(all), 'Best of 3: advice. 99.3 % of 100 requests keep every limit, for 1.2 device-hours, 20 % more than as it is.');
  assert.equal(words.policySentence(all[0]), 'As it is: 92.0 % of requests keep every limit, for 1 device-hours; 8.0 % miss the wait for a slot.');
});

test('Replay opens with the plan that stands, until something else is put in', () => {
  const { values } = state.initialState();
  const plan = (bundles) => ({ deployment: { bundles, bundle: { attention_instances: 6, ffn_instances: 1 }, batch_size: 132, microbatches: 2 } });
  const opened = replays.openedValues(plan(5), values);
  assert.deepEqual([opened.bundles, opened.per_bundle, opened.replay_batch, opened.source, opened.replay_rate], ['5', '6', '132', 'constant', '40000']);
  assert.equal(replays.openedValues(plan(7), opened).bundles, '7', 'a new plan takes the place of the old');
  assert.equal(replays.openedValues(plan(8), { ...opened, bundles: '3' }).bundles, '3');
  assert.equal(replays.openedValues(plan(8), { ...values, source: 'file' }).bundles, '2');
});

test('replays of processes and of rows', () => {
  const some = state.initialState();
  assert.deepEqual(requests.replayRequest(some).arrivals, { process: 'sinusoid', min_requests_per_second: 100, max_requests_per_second: 1200, period_s: 60, duration_s: 60 });
  assert.equal(requests.replayRequest(some).policies.length, 3);
  assert.equal(requests.replaySize(some), 39000);
  Object.assign(some.values, { source: 'constant', replay_burst: '4', policy_static: '', policy_advice: '', target_slots: '60' });
  assert.deepEqual(requests.replayRequest(some).arrivals, { process: 'gamma', requests_per_second: 600, cv: 2, duration_s: 60 });
  assert.deepEqual(requests.replayRequest(some).policies, [{ policy: 'target', metric: 'slots', target: 0.6, period_s: 5, stabilisation_s: 15 }]);
  some.values.source = 'file';
  some.held.rows = { value: { arrival_s: [0], prefill: [1], decode: [2] } };
  const replay = requests.replayRequest(some);
  assert.ok(!('arrivals' in replay) && !('workload' in replay) && replay.trace.decode[0] === 2);
});

const strip = await load('strip');
const drift = await load('drift');
const { parseYAML } = await load('yaml');

const LINES = { attention: { alpha_us: 0.00165, beta_us: 50 }, ffn: { alpha_us: 0.083, beta_us: 100 }, communication: { alpha_us: 0.022, beta_us: 20, load: 'attention_batch' } };
const STRIP = { coefficients: LINES, workload: { prefill: { distribution: 'fixed', value: 100 }, decode: { distribution: 'geometric', mean: 500 } }, moments: { mean: 599, stddev: 499.5 }, batch: 256 };

test('a strip has a lane for each instance, the link and the FFN, and nobody does two things at once', () => {
  for (const microbatches of [undefined, 2, 3]) {
    const found = strip.simulateStrip({ ...STRIP, microbatches, ratio: 6 });
    assert.deepEqual(found.lanes.map(({ role }) => role), [...Array(6).fill('attention'), 'communication', 'ffn']);
    for (const lane of found.lanes.filter(({ role }) => role !== 'communication')) {
      lane.busy.forEach(([start, end], index) => {
        assert.ok(start >= found.from && end <= found.to && end > start);
        if (index) assert.ok(start >= lane.busy[index - 1][1] - 1e-9, lane.name);
      });
    }
    assert.deepEqual(found, strip.simulateStrip({ ...STRIP, microbatches, ratio: 6 }));
  }
});

test('a strip agrees with the service on the step and on who waits', () => {
  // /v1/size for this case: 323.49 µs at 10 : 1, Attention idle 0.063, the FFN 0.034; 5 and 16 from its curve.
  for (const [ratio, cycle, attention, ffn] of [[10, 323.49, 0.063, 0.034], [5, 319, 0.05, 0.354], [16, 439.97, 0.311, 0]]) {
    const found = strip.simulateStrip({ ...STRIP, ratio, steps: 800, seed: 3 });
    assert.ok(Math.abs((found.to - found.from) / 800 / cycle - 1) < 0.02, `${ratio}: ${(found.to - found.from) / 800}`);
    assert.ok(Math.abs(found.idle.attention - attention) < 0.02, `${ratio}: ${found.idle.attention}`);
    assert.ok(Math.abs(found.idle.ffn - ffn) < 0.02, `${ratio}: ${found.idle.ffn}`);
  }
});

test('lengths are drawn with their means', () => {
  const random = strip.randomNumbers(5);
  const cases = [
    [{ distribution: 'fixed', value: 7 }, 7, 7], [{ distribution: 'geometric', mean: 50 }, 50, 99], [{ distribution: 'uniform', min: 1, max: 99 }, 50, 66],
    [{ distribution: 'lognormal', mean: 100, stddev: 50 }, 100, 125],
  ];
  for (const [decode, plain, biased] of cases) {
    const draw = strip.requestDrawer({ prefill: 10, decode }, random);
    const mean = (kind) => { let sum = 0; for (let turn = 0; turn < 20000; turn++) sum += draw(kind).decode; return sum / 20000; };
    assert.ok(Math.abs(mean(false) / plain - 1) < 0.03, decode.distribution);
    assert.ok(Math.abs(mean(true) / biased - 1) < 0.03, decode.distribution);
  }
  const draw = strip.requestDrawer({ histogram: { prefill: [1, 2], decode: [10, 30], weights: [3, 1] } }, random);
  let long = 0;
  for (let turn = 0; turn < 20000; turn++) long += draw(true).decode === 30 ? 1 : 0;
  assert.ok(Math.abs(long / 20000 - 0.5) < 0.02);
  assert.equal(strip.requestDrawer({ slot_load: { mean: 1, stddev: 1 } }, random), null);
  assert.equal(strip.requestDrawer({ requests: 200, prefill: { mean: 1 }, decode: { mean: 1 }, histograms: {} }, random), null);
  assert.deepEqual(strip.requestDrawer({ requests: { prefill: [3], decode: [4] } }, random)(true), { prefill: 3, decode: 4 });
});

test('the drift map', () => {
  const request = drift.driftRequest({ hardware: LINES, batch_size: 64 }, { slot_load_mean: 600, slot_load_stddev: 500, slot_load_skewness: 2 }, 8);
  assert.equal(request.requests.length, 13);
  assert.deepEqual(request.requests[6].workload.slot_load, { mean: 600, stddev: 500, skewness: 2 });
  assert.equal(request.requests[12].workload.slot_load.mean, 2400);
  const columns = drift.driftMap([{ curve: CURVE }, { title: 'does not fit' }], 600);
  assert.equal(columns[0].best, 4);
  assert.equal(drift.lossAt(columns[0], 4), 0);
  assert.ok(Math.abs(drift.lossAt(columns[0], 1) - 0.4) < 1e-12);
  assert.equal(columns[1].best, null);
  assert.deepEqual([0, 0.025, 0.03, 0.1, 0.2, 0.21].map(drift.lossStep), [0, 0, 1, 2, 3, 4]);
});

table('YAML', [
  ['a: 1\nb:\n  - x\n  - {c: [1, "two", \'it\'\'s\'], d: null}\n', { a: 1, b: ['x', { c: [1, 'two', "it's"], d: null }] }],
  ['a: |\n  one\n   two\n\n  three\nb: >-\n  one\n  two\n', { a: 'one\n two\n\nthree\n', b: 'one two' }],
  ["'200':\n  x: {k: 'a: b', z: 1e3}\nlist:\n- a: 1\n  b: 2\n- c\n", { 200: { x: { k: 'a: b', z: 1000 } }, list: [{ a: 1, b: 2 }, 'c'] }],
  ['required:\n  [a, b,\n   c]\n/v1/size: # path\n  n: -1.5\n', { required: ['a', 'b', 'c'], '/v1/size': { n: -1.5 } }],
], parseYAML);

test('hardware that nobody put in is called an example', () => {
  const values = fields.initialValues();
  assert.ok(fields.isExampleHardware(values));
  assert.ok(!fields.isExampleHardware({ ...values, ffn_alpha: '0.1' }));
  assert.ok(!fields.isExampleHardware({ ...values, hardware: 'names' }));
  assert.equal(fields.changed(values, 'hardware', 'names').wait_limit, '');
  assert.equal(fields.changed({ ...values, wait_limit: '30' }, 'hardware', 'names').wait_limit, '30');
  assert.equal(values.plan_tpot, '', 'a limit that nobody asked for binds nothing');
  assert.deepEqual(fields.changed(values, 'rate', '3'), { ...values, rate: '3' });
  assert.match(words.memorySentence(undefined, true).text, /example/);
});

test('a plan chooses among several parallel degrees', () => {
  const some = state.initialState();
  Object.assign(some.values, { hardware: 'names', data_parallel: '8, 16', expert_parallel: '32' });
  const { hardware } = requests.planRequest(some);
  assert.deepEqual([hardware.attention.data_parallel, hardware.attention.tensor_parallel, hardware.ffn.expert_parallel], [[8, 16], 1, 32]);
  assert.equal(requests.sizeRequest(some).hardware.attention.data_parallel, '8, 16');
});

test('what a link cannot hold is named', () => {
  const some = state.initialState();
  some.values.workload = 'trace';
  some.held.statistics = { value: { text: 'x'.repeat(20000) }, name: 'trace.csv' };
  assert.deepEqual(state.lostInLink(some), ['trace.csv']);
  some.held.statistics.value = {};
  assert.deepEqual(state.lostInLink(some), []);
});
