// Every field of the page: its name, what it is called, what it begins with, and where its value stands in requests. Pure.

const LENGTHS = [['fixed', 'all the same'], ['geometric', 'geometric'], ['uniform', 'uniform'], ['lognormal', 'lognormal']];
const PERCENTILES = [['mean', 'mean'], ['p50', 'median'], ['p90', '90th percentile'], ['p95', '95th percentile'], ['p99', '99th percentile']];

// When a field is asked for.
const NAMED = { hardware: ['names'] };
const LINES = { hardware: ['coefficients'] };
const MOMENTS = { workload: ['slot_load'] };
const POOL = { pool: ['coefficients', 'device'] };
const POOL_LINES = { pool: ['coefficients'] };
const POOL_DEVICE = { pool: ['device'] };
const SWING = { source: ['swing'] };
const CONSTANT = { source: ['constant'] };
const BUDGET = { target: ['devices'] };
const DEMAND = { target: ['demand'] };

/** A number; `at` are the JSON Pointers that errors of it come with. */
const amount = (name, label, initial, at, more = {}) => ({ name, label, initial, at: [].concat(at), type: 'number', ...more });
const choice = (name, label, options, at, more = {}) => ({ name, label, options, initial: options[0][0], at: [].concat(at), type: 'select', ...more });
const tick = (name, label, initial, more = {}) => ({ name, label, initial, at: [], type: 'check', ...more });
const row = (...fields) => ({ row: fields });

function lengthFields(side, title, unit, kinds, initial) {
  const at = (part) => `/workload/${side}/${part}`;
  const known = { workload: ['lengths'] };
  return [
    choice(side, title, kinds, at('distribution'), { when: known, term: side }),
    row(
      amount(`${side}_value`, unit, initial.value, [at('value'), `/workload/${side}`], { when: { ...known, [side]: ['fixed'] } }),
      amount(`${side}_mean`, `Mean, ${unit.toLowerCase()}`, initial.mean, at('mean'), { when: { ...known, [side]: ['geometric', 'lognormal'] } }),
      amount(`${side}_stddev`, 'Standard deviation', initial.stddev, at('stddev'), { when: { ...known, [side]: ['lognormal'] } }),
      amount(`${side}_min`, 'Shortest', initial.min, at('min'), { when: { ...known, [side]: ['uniform'] } }),
      amount(`${side}_max`, 'Longest', initial.max, at('max'), { when: { ...known, [side]: ['uniform'] } })),
  ];
}

function stageFields(stage, title, load, fixed, slope) {
  const at = (part) => [`/hardware/${stage}/${part}`, `/hardware/${stage}`];
  const when = LINES;
  return row(
    amount(`${stage}_beta`, `${title}, base µs`, fixed, at('beta_us'), { when, term: 'coefficients' }),
    amount(`${stage}_alpha`, `and µs per ${load}`, slope, at('alpha_us'), { when }));
}

const ALL = ['size', 'plan', 'replay'];

export const SECTIONS = [
  {
    title: 'Workload', tabs: ALL,
    fields: [
      choice('workload', 'Requests are known by', [
        ['lengths', 'their lengths'], ['trace', 'a trace (Data tab, or drop a file)'], ['slot_load', 'moments of the slot load'],
      ], '/workload'),
      ...lengthFields('prefill', 'Prompt length', 'Tokens', LENGTHS, { value: '100', mean: '1155', stddev: '1109', min: '50', max: '150' }),
      ...lengthFields('decode', 'Output length', 'Tokens', [LENGTHS[1], LENGTHS[0], LENGTHS[2], LENGTHS[3]],
        { value: '500', mean: '500', stddev: '400', min: '1', max: '999' }),
      row(
        amount('slot_mean', 'Mean, tokens', '599', '/workload/slot_load/mean', { when: MOMENTS, term: 'context' }),
        amount('slot_stddev', 'Standard deviation', '499.5', '/workload/slot_load/stddev', { when: MOMENTS }),
        amount('slot_skewness', 'Skewness', '2', '/workload/slot_load/skewness', { when: MOMENTS })),
      { note: 'trace', when: { workload: ['trace'] } },
    ],
  },
  {
    title: 'Hardware', tabs: ALL,
    fields: [
      choice('hardware', 'Known by', [
        ['coefficients', 'measured latency lines'], ['names', 'names of model and devices'], ['measured', 'measurements (Data tab)'],
      ], '/hardware'),
      stageFields('attention', 'Attention', 'cached token', '50', '0.00165'),
      stageFields('ffn', 'FFN', 'request', '100', '0.083'),
      stageFields('communication', 'Link', 'request', '20', '0.022'),
      choice('communication_load', 'The link carries', [
        ['attention_batch', 'each Attention instance’s own batch'], ['aggregate_batch', 'the batches of all instances'],
      ], '/hardware/communication/load', { when: LINES }),
      choice('model', 'Model', [['deepseek-v3', 'deepseek-v3']], '/hardware/model', { when: NAMED, list: 'models' }),
      { note: 'config', when: NAMED },
      row(
        choice('attention_device', 'Attention device', [['h800', 'h800']], ['/hardware/attention/device', '/hardware/attention'],
          { when: NAMED, list: 'devices' }),
        amount('data_parallel', 'Data parallel', '8', '/hardware/attention/data_parallel', { when: NAMED, term: 'parallel' }),
        amount('tensor_parallel', 'Tensor parallel', '1', '/hardware/attention/tensor_parallel', { when: NAMED })),
      row(
        choice('ffn_device', 'FFN device', [['h800', 'h800']], ['/hardware/ffn/device', '/hardware/ffn'],
          { when: NAMED, list: 'devices' }),
        amount('expert_parallel', 'Expert parallel', '32', '/hardware/ffn/expert_parallel', { when: NAMED }),
        choice('link', 'Link', [['scale_out', 'scale-out'], ['scale_up', 'scale-up']],
          ['/hardware/communication/link', '/hardware/communication'], { when: NAMED })),
      { note: 'measured', when: { hardware: ['measured'] } },
    ],
  },
  {
    title: 'Batch and limit', tabs: ['size'],
    fields: [
      row(
        amount('batch_size', 'Requests per instance', '256', '/batch_size', { term: 'batch' }),
        amount('microbatches', 'Microbatches', '', '/microbatches', { placeholder: 'ideal overlap', term: 'microbatches' })),
      row(
        amount('tpot_limit', 'Time per token at most, ms', '', '/limits/tpot_ms', { placeholder: 'no limit', term: 'tpot' }),
        amount('max_ratio', 'Largest ratio to try', '32', '/max_ratio')),
    ],
  },
  {
    title: 'What to plan for', tabs: ['plan'],
    fields: [
      choice('target', 'Plan for', [
        ['arrivals', 'requests that arrive when they like'], ['demand', 'a steady demand'], ['devices', 'the devices I have'],
      ], ['/arrivals', '/demand', '/devices']),
      row(
        amount('rate', 'Requests a second', '40000', ['/arrivals/requests_per_second', '/demand/requests_per_second'],
          { when: { target: ['arrivals', 'demand'] } }),
        amount('dispersion', 'Burstiness', '1', '/arrivals/dispersion', { when: { target: ['arrivals'] }, term: 'dispersion' }),
        amount('headroom', 'Reserve, %', '20', '/demand/headroom', { when: DEMAND, term: 'headroom' }),
        amount('spare', 'Spare instances', '0', '/demand/spare_instances', { when: DEMAND })),
      row(
        amount('devices_total', 'Devices in all', '64', '/devices/total', { when: BUDGET }),
        amount('devices_attention', 'or for Attention', '', '/devices/attention', { when: BUDGET, placeholder: 'free' }),
        amount('devices_ffn', 'and for FFN', '', '/devices/ffn', { when: BUDGET, placeholder: 'free' })),
    ],
  },
  {
    title: 'What arrives', tabs: ['replay'],
    fields: [
      choice('source', 'Requests arrive', [['swing', 'at a rate that swings'], ['constant', 'at a constant rate'], ['file', 'as in the trace of the Data tab']], ['/arrivals', '/trace']),
      row(
        amount('swing_low', 'Least, a second', '100', '/arrivals/min_requests_per_second', { when: SWING }),
        amount('swing_high', 'Most, a second', '1200', '/arrivals/max_requests_per_second', { when: SWING }),
        amount('swing_period', 'Period, s', '60', '/arrivals/period_s', { when: SWING }),
        amount('replay_rate', 'Requests a second', '600', '/arrivals/requests_per_second', { when: CONSTANT }),
        amount('replay_burst', 'Burstiness', '1', '/arrivals/cv', { when: CONSTANT, term: 'dispersion' }),
        amount('replay_length', 'For, s', '60', '/arrivals/duration_s', { when: { source: ['swing', 'constant'] } }),
        amount('speed', 'Times faster', '1', '/speed', { when: { source: ['file'] } })),
    ],
  },
  {
    title: 'What runs', tabs: ['replay'],
    fields: [
      row(
        amount('bundles', 'Bundles', '2', ['/deployment/bundles', '/deployment'], { term: 'ratio' }),
        amount('per_bundle', 'Attention in each', '4', ['/deployment/bundle/attention_instances', '/deployment/bundle'])),
      row(
        amount('replay_batch', 'Requests per instance', '8', '/deployment/batch_size', { term: 'batch' }),
        amount('replay_micro', 'Microbatches', '', '/deployment/microbatches', { placeholder: 'ideal overlap' }),
        amount('replay_prefill', 'Prefill instances', '2', '/deployment/prefill_instances', { when: POOL })),
    ],
  },
  {
    title: 'Who decides on the size', tabs: ['replay'],
    fields: [
      tick('policy_static', 'Nobody: it stays as it is', '1'),
      tick('policy_target', 'An autoscaler that keeps slots full to a part', '1'),
      tick('policy_advice', 'This service’s advice', '1'),
      row(
        amount('target_slots', 'Slots full to, %', '70', ['/policies/1/target', '/policies'], { when: { policy_target: ['1'] } }),
        amount('every', 'Decides every, s', '5', '/policies/2/every_s'),
        amount('start_delay', 'An instance starts in, s', '5', '/start_delay_s')),
    ],
  },
  {
    title: 'Limits', tabs: ['plan', 'replay'],
    fields: [
      row(
        amount('plan_tpot', 'Time per token at most, ms', '', '/limits/tpot_ms', { placeholder: 'no limit', term: 'tpot' }),
        choice('tpot_percentile', 'of tokens', [PERCENTILES[4], ...PERCENTILES.slice(0, 4)], '/limits/tpot_percentile')),
      row(
        amount('ttft_limit', 'First token within, ms', '', '/limits/ttft_ms',
          { placeholder: 'no limit', term: 'ttft', when: POOL }),
        choice('ttft_percentile', 'of requests', [PERCENTILES[2], PERCENTILES[0], PERCENTILES[1], ...PERCENTILES.slice(3)],
          '/limits/ttft_percentile', { when: POOL })),
      amount('wait_limit', 'Wait for a slot at most, ms', '20', '/limits/wait_ms', { placeholder: 'one in a hundred waits', term: 'wait' }),
    ],
  },
  {
    title: 'Prefill and transfer', tabs: ['plan', 'replay'], folded: true,
    fields: [
      choice('pool', 'Prefill instances', [['none', 'not planned here'], ['coefficients', 'by measured latency'], ['device', 'by device']],
        '/prefill', { term: 'prefill_pool' }),
      row(
        amount('prefill_alpha', 'µs per token', '5', '/prefill/alpha_us', { when: POOL_LINES }),
        amount('prefill_beta', 'base µs', '2000', '/prefill/beta_us', { when: POOL_LINES }),
        amount('prefill_gamma', 'µs per pair', '0.001', '/prefill/gamma_us', { when: POOL_LINES })),
      row(
        choice('prefill_device', 'Prefill device', [['h800', 'h800']], '/prefill/device', { when: POOL_DEVICE, list: 'devices' }),
        amount('prefill_tp', 'Tensor parallel', '8', '/prefill/tensor_parallel', { when: POOL_DEVICE })),
      row(
        amount('cached', 'Of prompts cached, %', '0', '/prefill/cached_fraction', { when: POOL }),
        amount('bandwidth', 'Link to Attention, GB/s', '', '/transfer/bandwidth_gb_s',
          { placeholder: 'no wait', when: POOL }),
        amount('kv_bytes', 'Cache, bytes per token', '70000', ['/transfer/kv_bytes_per_token', '/transfer'],
          { when: { pool: ['coefficients', 'device'], hardware: ['coefficients', 'measured'] } })),
    ],
  },
  {
    title: 'Prices', tabs: ['plan', 'replay'], folded: true,
    fields: [
      row(
        amount('price_attention', 'Attention instance, an hour', '', ['/prices/attention_instance', '/prices'], { placeholder: 'no price' }),
        amount('price_ffn', 'FFN instance, an hour', '', '/prices/ffn_instance', { placeholder: 'no price' }),
        amount('price_prefill', 'Prefill instance, an hour', '', '/prices/prefill_instance',
          { placeholder: 'no price', when: POOL })),
    ],
  },
  {
    title: 'What runs now, and what is given', tabs: ['plan'], folded: true,
    fields: [
      choice('objective', 'Best is', [['auto', 'cheapest, or fewest instances'], ['instances', 'fewest instances'], ['devices', 'fewest devices'],
        ['energy', 'least energy']], '/objective'),
      row(
        amount('now_attention', 'Attention now', '', ['/current/attention_instances', '/current'], { placeholder: 'none' }),
        amount('now_ffn', 'FFN now', '', '/current/ffn_instances', { placeholder: 'none' }),
        amount('now_prefill', 'Prefill now', '', '/current/prefill_instances', { placeholder: 'none', when: POOL })),
      row(
        amount('plan_batch', 'Requests per instance', '', '/batch_size', { placeholder: 'chosen', term: 'batch' }),
        amount('plan_microbatches', 'Microbatches', '', '/microbatches', { placeholder: 'chosen', term: 'microbatches' }),
        amount('plan_ratio', 'Largest ratio', '64', '/max_ratio')),
    ],
  },
];

/** The fields of a section, rows undone. */
export function fieldsOf(section) {
  return section.fields.flatMap((field) => field.row ?? [field]).filter((field) => field.name);
}

export const FIELDS = SECTIONS.flatMap((section) => fieldsOf(section).map((field) => ({ ...field, tabs: section.tabs })));

/** What all fields begin with, by name. */
export function initialValues() {
  return Object.fromEntries(FIELDS.map((field) => [field.name, field.initial]));
}

/** Values after a change: the example's limit does not stay with other hardware. */
export function changed(values, name, value) {
  const away = name === 'hardware' && isExampleHardware(values) && values.wait_limit === initialValues().wait_limit;
  return { ...values, ...(away ? { wait_limit: '' } : {}), [name]: value };
}

/** Whether the latency lines are still those that the page begins with. */
export function isExampleHardware(values) {
  return values.hardware === 'coefficients' && FIELDS.filter((field) => field.when === LINES).every((field) => values[field.name] === field.initial);
}

/** Whether a field (or note, or section) takes part, given the others' values. */
export function isAsked(field, values) {
  return Object.entries(field.when ?? {}).every(([name, wanted]) => wanted.includes(values[name]));
}

/** The field of a tab that an error's pointer belongs to: the same, the nearest above, or the first below; null where there is none. */
export function fieldAt(pointer, tab, values) {
  const asked = FIELDS.filter((field) => field.tabs.includes(tab) && isAsked(field, values));
  const exact = asked.find((field) => field.at.includes(pointer));
  if (exact) return exact;
  let best = null;
  let length = 0;
  for (const field of asked) {
    for (const at of field.at) if (pointer.startsWith(`${at}/`) && at.length > length) { best = field; length = at.length; }
  }
  if (best) return best;
  return pointer === '' ? null : asked.find((field) => field.at.some((at) => at.startsWith(`${pointer}/`))) ?? null;
}
