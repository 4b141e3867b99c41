// What the page makes of answers: the ratio under a limit, the near-best band, differences. Pure.

/** The share of throughput that near-best ratios may lose. */
export const NEAR = 0.025;

/** The recommended point of a sizing, and the best one within a limit on the time per token (null where none keeps it). */
export function choose(result, limit) {
  const free = result.recommendation;
  const curve = result.curve ?? [];
  const least = Math.min(free.tpot_us, ...curve.map((point) => point.tpot_us)) / 1000;
  const keeps = (point) => limit === null || point.tpot_us / 1000 <= limit;
  if (keeps(free)) return { limit, free, chosen: free, least };
  let chosen = null;
  for (const point of curve) {
    if (keeps(point) && (!chosen || point.throughput_per_instance > chosen.throughput_per_instance)) chosen = point;
  }
  return { limit, free, chosen, least };
}

/** The ratios next to each other around the chosen one that lose at most `NEAR` of it and keep the limit. */
export function nearBest(curve, chosen, limit) {
  const near = (point) => point.throughput_per_instance >= (1 - NEAR) * chosen.throughput_per_instance && (limit === null || point.tpot_us / 1000 <= limit);
  let low = curve.findIndex((point) => point.ratio === chosen.ratio);
  if (low < 0) return { low: chosen.ratio, high: chosen.ratio };
  let high = low;
  while (low > 0 && near(curve[low - 1])) low--;
  while (high < curve.length - 1 && near(curve[high + 1])) high++;
  return { low: curve[low].ratio, high: curve[high].ratio };
}

/** The point of a curve at a ratio, or at the next one below that was worked out. */
export function pointAt(curve, ratio) {
  let found = null;
  for (const point of curve) if (point.ratio <= ratio) found = point;
  return found;
}

/** What sets the pace at a point: the answer's own word, the limit, or the role that idles least. */
export function paceOf({ free, chosen }) {
  return chosen === free ? free.bottleneck : 'limit';
}

/** The ratio of a fleet as text: P : A : F, or A : F. */
export function fleetRatio(fleet) {
  return [fleet.prefill_instances, fleet.attention_instances, fleet.ffn_instances].filter((value) => value !== undefined).join(' : ');
}
