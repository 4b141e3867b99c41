// Lengths by bins, and arrivals by time, as plots want them. Pure.

/** Shares of requests in bins that are evenly wide in the logarithm: [{low, high, share}]. Lengths of 0 count as 1. */
export function logHistogram(lengths, weights, most = 36) {
  const read = lengths.map((length) => Math.max(1, length));
  const low = Math.min(...read);
  const high = Math.max(...read) + 1;
  const count = Math.max(1, Math.min(most, high - low));
  const step = Math.log(high / low) / count;
  const bins = Array.from({ length: count }, (_, index) => ({ low: low * Math.exp(index * step), high: low * Math.exp((index + 1) * step), share: 0 }));
  let total = 0;
  read.forEach((length, index) => {
    const weight = weights?.[index] ?? 1;
    bins[Math.min(count - 1, Math.floor(Math.log(length / low) / step + 1e-9))].share += weight;
    total += weight;
  });
  for (const bin of bins) bin.share /= total || 1;
  return bins;
}

/** The same of a histogram with bounds, as engines count them; what lies above the last bound is its own bin. */
export function bucketHistogram({ bounds, counts }) {
  const total = counts.reduce((sum, count) => sum + count, 0) || 1;
  return counts.map((count, index) => ({ low: Math.max(1, index ? bounds[index - 1] : 0), high: Math.max(1, bounds[index] ?? bounds.at(-1) * 2), share: count / total }))
    .filter((bin) => bin.high > bin.low);
}

/** Points of a stepped line over bins. */
export function binPoints(bins) {
  return bins.length ? [...bins.map((bin) => ({ x: bin.low, y: bin.share })), { x: bins.at(-1).high, y: bins.at(-1).share }] : [];
}

/** Arrivals a second over time: [{x: seconds, y}], at most `most` points. */
export function arrivalPoints({ window_us: window, requests }, most = 180) {
  const group = Math.ceil(requests.length / most);
  const points = [];
  for (let index = 0; index < requests.length; index += group) {
    const part = requests.slice(index, index + group);
    points.push({ x: index * window / 1e6, y: part.reduce((sum, count) => sum + count, 0) / (part.length * window / 1e6) });
  }
  return points;
}
