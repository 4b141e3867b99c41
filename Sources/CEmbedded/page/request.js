'use strict';
// The form's values, and the requests made of them. Everything here is a pure function of the values but `fields`.

const form = document.getElementById('form');

/** Statistics of a dropped trace, and the config.json of a dropped model: too large for a field. */
const dropped = { statistics: null, name: '', config: null };

/** The form's values by name. */
function fields() {
  return Object.fromEntries(new FormData(form).entries());
}

/** A number where the text is one; the text itself otherwise, so that the service can name what is wrong with it. */
function number(text) {
  const trimmed = String(text).trim();
  return trimmed !== '' && Number.isFinite(Number(trimmed)) ? Number(trimmed) : trimmed;
}

function length(values, side) {
  const kind = values[side];
  const get = (name) => number(values[`${side}_${name}`]);
  switch (kind) {
    case 'fixed': return { distribution: kind, value: get('value') };
    case 'geometric': return { distribution: kind, mean: get('mean') };
    case 'uniform': return { distribution: kind, min: get('min'), max: get('max') };
    default: return { distribution: kind, mean: get('mean'), stddev: get('stddev') };
  }
}

function workload(values) {
  switch (values.workload) {
    case 'slot_load':
      return { slot_load: { mean: number(values.slot_mean), stddev: number(values.slot_stddev), skewness: number(values.slot_skewness) } };
    case 'trace': return dropped.statistics;
    default: return { prefill: length(values, 'prefill'), decode: length(values, 'decode') };
  }
}

function hardware(values) {
  if (values.hardware === 'names') {
    return {
      model: values.model === '' ? dropped.config : values.model,
      attention: {
        device: values.attention_device, data_parallel: number(values.data_parallel), tensor_parallel: number(values.tensor_parallel),
      },
      ffn: { device: values.ffn_device, expert_parallel: number(values.expert_parallel) },
      communication: { link: values.link },
    };
  }
  const line = (stage) => ({ alpha_us: number(values[`${stage}_alpha`]), beta_us: number(values[`${stage}_beta`]) });
  return {
    attention: line('attention'), ffn: line('ffn'),
    communication: { ...line('communication'), load: values.communication_load },
  };
}

/** The body of POST /v1/size; null while a trace is wanted and there is none. */
function sizeRequest(values) {
  const load = workload(values);
  if (!load) return null;
  const request = { workload: load, hardware: hardware(values), batch_size: number(values.batch_size) };
  if (values.microbatches.trim() !== '') request.microbatches = number(values.microbatches);
  if (values.max_ratio.trim() !== '') request.max_ratio = number(values.max_ratio);
  return request;
}

/** The body of POST /v1/simulate over at most nine ratios around the recommended one. */
function simulateRequest(request, recommended, largest) {
  const ratios = new Set();
  for (const factor of [0.2, 0.4, 0.6, 0.8, 0.9, 1, 1.15, 1.35, 1.7, 2]) {
    ratios.add(Math.min(largest, Math.max(1, Math.round(recommended * factor))));
  }
  const { workload, hardware, batch_size, microbatches } = request;
  const body = { workload, hardware, batch_size, ratios: [...ratios].sort((a, b) => a - b), requests_per_instance: 4000, seed: 1 };
  if (microbatches !== undefined) body.microbatches = microbatches;
  return body;
}

/** What goes behind # in a shared link: the values that differ from the page's own. */
function toHash(values) {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    const element = form.elements[name];
    const initial = element.tagName === 'SELECT' ? element.options[0].value : element.defaultValue;
    if (value !== initial) parts.set(name, value);
  }
  if (values.workload === 'trace' && dropped.statistics) {
    const text = JSON.stringify(dropped.statistics);
    if (text.length <= 16384) parts.set('statistics', text);
  }
  if (values.hardware === 'names' && values.model === '' && dropped.config) parts.set('config', JSON.stringify(dropped.config));
  return parts.toString();
}

/** Sets the form from a shared link; unknown names are ignored. */
function fromHash(hash) {
  form.reset();
  for (const [name, value] of new URLSearchParams(hash)) {
    try {
      if (name === 'statistics') { dropped.statistics = JSON.parse(value); dropped.name = 'from the link'; }
      if (name === 'config') { setConfig(JSON.parse(value), 'from the link'); form.elements.model.value = ''; }
    } catch { /* a link that was cut: the form shows what is missing */ }
    const element = form.elements[name];
    if (!element || element.type === 'file') continue;
    if (element.tagName === 'SELECT' && ![...element.options].some((option) => option.value === value)) {
      element.add(new Option(value, value));
    }
    element.value = value;
  }
}

/** Offers a dropped config.json as a model. */
function setConfig(config, name) {
  dropped.config = config;
  const select = form.elements.model;
  let option = [...select.options].find((candidate) => candidate.value === '');
  if (!option) { option = new Option('', ''); select.add(option); }
  option.text = `config.json (${config.model_type || name})`;
  const note = document.getElementById('config-summary');
  note.hidden = false;
  note.textContent = `Model described by ${name}: ${config.num_hidden_layers ?? '?'} layers, hidden size ${config.hidden_size ?? '?'}.`;
}
