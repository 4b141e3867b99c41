// Some steps of a bundle, simulated here from the answer's latency lines, to be looked at. Pure; the figures come from the service.

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function normal(random) { return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()); }

/** Draws a length; with `biased` as a random moment finds it, longer ones more often. */
function drawLength(length, random, biased) {
  if (typeof length === 'number') return length;
  switch (length.distribution) {
    case 'fixed': return length.value;
    case 'uniform': {
      const { min, max } = length;
      return biased ? Math.round(Math.sqrt(min * min + random() * (max * max - min * min))) : Math.round(min + random() * (max - min));
    }
    case 'geometric': {
      const one = () => (length.mean > 1 ? Math.floor(Math.log(1 - random()) / Math.log(1 - 1 / length.mean)) : 0);
      return biased ? one() + one() + 1 : one() + 1;
    }
    default: {
      const variance = Math.log(1 + (length.stddev / length.mean) ** 2);
      return Math.round(Math.exp(Math.log(length.mean) - variance / 2 + (biased ? variance : 0) + Math.sqrt(variance) * normal(random)));
    }
  }
}

/** A function that draws requests {prefill, decode}; null where only moments are known. */
export function requestDrawer(workload, random) {
  // Statistics count their requests; only a request's own are columns.
  const table = workload.histogram ?? (workload.requests?.decode ? workload.requests : null);
  if (table) {
    const sums = (weight) => { let sum = 0; return table.decode.map((decode, index) => { sum += weight(decode, index); return sum; }); };
    const times = (index) => table.weights?.[index] ?? 1;
    const plain = sums((_, index) => times(index));
    const biasedSums = sums((decode, index) => times(index) * decode);
    return (biased) => {
      const all = biased ? biasedSums : plain;
      const wanted = random() * all.at(-1);
      let low = 0;
      let high = all.length - 1;
      while (low < high) { const middle = (low + high) >> 1; if (all[middle] > wanted) high = middle; else low = middle + 1; }
      return { prefill: table.prefill[low], decode: Math.max(1, table.decode[low]) };
    };
  }
  if (workload.prefill === undefined || workload.decode === undefined || workload.histograms) return null;
  return (biased) => ({ prefill: drawLength(workload.prefill, random, false), decode: Math.max(1, drawLength(workload.decode, random, biased)) });
}

/** Loads of one microbatch of an instance, step by step: tokens of its caches. */
function loads(batch, draw, moments, random) {
  if (!draw || batch > 20000) {
    const spread = Math.sqrt(batch) * moments.stddev;
    let off = normal(random);
    return () => { off = 0.98 * off + 0.199 * normal(random); return Math.max(0, batch * moments.mean + spread * off); };
  }
  const slots = Array.from({ length: batch }, () => { const request = draw(true); return { ...request, age: Math.floor(random() * request.decode) }; });
  return () => {
    let sum = 0;
    for (let index = 0; index < batch; index++) {
      const slot = slots[index];
      sum += slot.prefill + slot.age;
      if (++slot.age >= slot.decode) slots[index] = { ...draw(false), age: 0 };
    }
    return sum;
  };
}

/**
 * Steps at a ratio: {lanes: [{name, role, busy: [[from, to, microbatch]]}], from, to, steps, idle: {attention, ffn}}, µs.
 * `coefficients` are the lines of an answer, `moments` {mean, stddev} those of its slot load.
 */
export function simulateStrip({ coefficients, workload, moments, batch, microbatches, ratio, steps = 4, warm = 3, seed = 1 }) {
  const random = randomNumbers(seed);
  const draw = requestDrawer(workload, random);
  const parts = microbatches ?? 1;
  const load = Array.from({ length: ratio }, () => Array.from({ length: parts }, () => loads(batch, draw, moments, random)));
  const { attention, ffn, communication } = coefficients;
  const tf = ffn.beta_us + ffn.alpha_us * ratio * batch;
  const tc = communication.beta_us + communication.alpha_us * batch * (communication.load === 'aggregate_batch' ? ratio : 1);
  const lanes = [...load.map((_, index) => ({ name: `Attention ${index + 1}`, role: 'attention', busy: [] })), { name: 'Link', role: 'communication', busy: [] }, { name: 'FFN', role: 'ffn', busy: [] }];
  const [link, server] = lanes.slice(-2);
  const free = new Array(ratio).fill(0);
  const back = new Array(parts).fill(0);
  const ends = [];
  let clock = 0;
  let out = 0;
  let home = 0;
  let ffnFree = 0;
  for (let step = 0; step < warm + steps; step++) {
    for (let part = 0; part < parts; part++) {
      const times = load.map((instance) => attention.beta_us + attention.alpha_us * instance[part]());
      if (!microbatches) {
        // Lock-step: all three work side by side, and the longest ends the step.
        times.forEach((time, index) => lanes[index].busy.push([clock, clock + time, 0]));
        if (tc > 0) link.busy.push([clock, clock + tc, 0]);
        server.busy.push([clock, clock + tf, 0]);
        clock += Math.max(...times, tf, tc);
        continue;
      }
      let ready = 0;
      times.forEach((time, index) => {
        const start = Math.max(free[index], back[part]);
        free[index] = start + time;
        lanes[index].busy.push([start, free[index], part]);
        ready = Math.max(ready, free[index]);
      });
      const sent = Math.max(ready, out);
      out = sent + tc / 2;
      const start = Math.max(out, ffnFree);
      ffnFree = start + tf;
      server.busy.push([start, ffnFree, part]);
      const returned = Math.max(ffnFree, home);
      home = returned + tc / 2;
      if (tc > 0) link.busy.push([sent, out, part], [returned, home, part]);
      back[part] = home;
      clock = ffnFree;
    }
    ends.push(clock);
  }
  const from = ends[warm - 1] ?? 0;
  const to = ends.at(-1);
  for (const lane of lanes) {
    lane.busy = lane.busy.map(([start, end, part]) => [Math.max(start, from), Math.min(end, to), part]).filter(([start, end]) => end > start);
  }
  const share = (some) => 1 - some.flatMap((lane) => lane.busy).reduce((sum, [start, end]) => sum + end - start, 0) / (some.length * (to - from));
  return { lanes, from, to, steps, ends: ends.filter((end) => end > from), idle: { attention: share(lanes.slice(0, ratio)), ffn: share([server]) } };
}
