// The page's state, and the link that holds it. Pure: values go in and come out.
import { FIELDS, initialValues } from './fields.js';

export const TABS = ['size', 'plan', 'replay', 'data'];
/** Longer texts than this do not go into links. */
export const LARGEST_PART = 16384;

/** What the page begins with. `held` is what is too large for a field: by name, its value and what it is called. */
export function initialState() {
  return { tab: 'size', values: initialValues(), now: null, a: null, held: { statistics: null, config: null, calibration: null, rows: null } };
}

/** What goes behind # in a link: what differs from the beginning. */
export function toHash(state) {
  const parts = new URLSearchParams();
  if (state.tab !== 'size') parts.set('tab', state.tab);
  for (const field of FIELDS) {
    const value = state.values[field.name];
    if (value !== field.initial) parts.set(field.name, value);
  }
  if (state.now !== null) parts.set('now', state.now);
  if (state.a !== null) parts.set('a', state.a);
  const { statistics, config, calibration } = state.held;
  const carry = (name, held) => {
    const text = held && JSON.stringify(held.value);
    if (text && text.length <= LARGEST_PART) parts.set(name, text);
  };
  if (state.values.workload === 'trace') carry('statistics', statistics);
  if (state.values.hardware === 'names' && state.values.model === '') carry('config', config);
  if (state.values.hardware === 'measured') carry('calibration', calibration);
  return parts.toString();
}

/** What the state needs and its link does not hold, by name. */
export function lostInLink(state) {
  const hash = new URLSearchParams(toHash(state));
  const { values, held } = state;
  const needed = { statistics: values.workload === 'trace', config: values.hardware === 'names' && values.model === '', calibration: values.hardware === 'measured' };
  return Object.entries(needed).filter(([name, is]) => is && held[name] && !hash.has(name)).map(([name]) => held[name].name);
}

/** The state of a link; unknown names and texts that were cut are passed over. */
export function fromHash(hash) {
  const state = initialState();
  for (const [name, value] of new URLSearchParams(hash)) {
    if (name === 'tab') { if (TABS.includes(value)) state.tab = value; continue; }
    if (name === 'a') { state.a = value; continue; }
    if (name === 'now') { const ratio = Number(value); if (Number.isInteger(ratio) && ratio > 0) state.now = ratio; continue; }
    if (name in state.held && name !== 'rows') {
      try { state.held[name] = { value: JSON.parse(value), name: 'from the link' }; } catch { /* cut: the page shows what is missing */ }
      continue;
    }
    if (name in state.values) state.values[name] = value;
  }
  return state;
}

/** The scenario that a comparison keeps: the sizing of a state, without its tab, its pin and its own comparison. */
export function scenario(state) { return toHash({ ...state, tab: 'size', now: null, a: null }); }
