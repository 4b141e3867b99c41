// The drift map: what a ratio loses where contexts become longer or shorter than they are. Pure.

/** Factors of the mean number of tokens in a slot, evenly wide in the logarithm; the middle one is 1. */
export const FACTORS = Array.from({ length: 13 }, (_, index) => 2 ** ((index - 6) / 3));

/** POST /v1/size/batch: the same sizing with slot loads that are so many times larger. */
export function driftRequest(request, slot, highest) {
  const { hardware, batch_size, microbatches } = request;
  return {
    requests: FACTORS.map((factor) => ({
      workload: { slot_load: { mean: slot.slot_load_mean * factor, stddev: slot.slot_load_stddev * factor, skewness: slot.slot_load_skewness } },
      hardware, batch_size, ...(microbatches === undefined ? {} : { microbatches }), max_ratio: highest, include: ['curve'],
    })),
  };
}

/** Columns of the map: {context, best, losses: [{ratio, loss}]}; `best` is null where it does not fit. */
export function driftMap(results, mean) {
  return results.map((result, index) => {
    const context = mean * FACTORS[index];
    if (!result.curve) return { context, best: null, losses: [] };
    const most = Math.max(...result.curve.map((point) => point.throughput_per_instance));
    const losses = result.curve.map((point) => ({ ratio: point.ratio, loss: 1 - point.throughput_per_instance / most }));
    return { context, best: losses.find(({ loss }) => loss === 0).ratio, losses };
  });
}

/** The step of the colours that a loss has: 0 to 4. */
export const STEPS = [0.025, 0.05, 0.1, 0.2];
export function lossStep(loss) { const found = STEPS.findIndex((bound) => loss <= bound); return found < 0 ? STEPS.length : found; }

/** What a ratio loses in a column; null where it is not known. */
export function lossAt(column, ratio) { return column.losses.find((one) => one.ratio === ratio)?.loss ?? null; }
