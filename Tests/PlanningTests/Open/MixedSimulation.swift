import Glibc
import TestSupport

/// One instance that decodes and prefills in chunks, step by step: slow, and written without the theory's formulas.
struct MixedSimulation {
    /// t_A = a T + b, t_F = f k + g, a chunk adds p for each token and q for each pair.
    var cache = 0.00165
    var attention = 50.0
    var request = 0.083
    var ffn = 100.0
    var perToken = 0.4
    var perPair = 0.0

    let chunk: Int
    let slots: Int
    /// A microsecond, to each instance.
    let rate: Double
    var seed: UInt64 = 1

    struct Result {
        var meanTTFT = 0.0
        var ttft90 = 0.0
        var meanTPOT = 0.0
        /// Over tokens: the step that made it.
        var tpot50 = 0.0
        var tpot99 = 0.0
        var chunkShare = 0.0
        /// Share of the time that a prompt is in work.
        var promptUtilisation = 0.0
        /// Arrivals a microsecond, and the mean prompt, of what came.
        var rate = 0.0
        var meanPrompt = 0.0
    }

    private struct Request {
        let arrival: Double
        let prompt: Int
        var left: Int
        var done = 0
    }

    /// - Parameters:
    ///   - requests: that are measured, after a fifth as many.
    ///   - lengths: prompt and decode of the next request.
    func run(requests count: Int, lengths: (inout SeededGenerator) -> (prompt: Int, decode: Int)) -> Result {
        var generator = SeededGenerator(seed: seed)
        func exponential() -> Double { -log(1 - Double.random(in: 0..<1, using: &generator)) / rate }
        var now = 0.0
        var next = exponential()
        var line: [Request] = []
        var head = 0
        var decoding: [(tokens: Int, left: Int)] = []
        var load = 0
        var firsts: [Double] = []
        var steps: [(time: Double, tokens: Int, hasChunk: Bool)] = []
        let warm = count / 5
        while firsts.count < count + warm {
            while next <= now {
                let (prompt, decode) = lengths(&generator)
                line.append(Request(arrival: next, prompt: prompt, left: decode))
                next += exponential()
            }
            let hasPrompt = head < line.count && decoding.count < slots
            if decoding.isEmpty, !hasPrompt {
                now = next
                continue
            }
            var time = cache * Double(load) + attention + request * Double(decoding.count) + ffn
            if hasPrompt {
                let tokens = min(chunk, line[head].prompt - line[head].done)
                for token in 0..<tokens { time += perToken + perPair * (Double(line[head].done + token) + 0.5) }
                line[head].done += tokens
            }
            now += time
            if firsts.count >= warm { steps.append((time, decoding.count, hasPrompt)) }
            for index in decoding.indices.reversed() {
                decoding[index].tokens += 1
                load += 1
                decoding[index].left -= 1
                guard decoding[index].left == 0 else { continue }
                load -= decoding[index].tokens
                decoding.swapAt(index, decoding.count - 1)
                decoding.removeLast()
            }
            if hasPrompt, line[head].done >= line[head].prompt {
                firsts.append(now - line[head].arrival)
                decoding.append((line[head].prompt, line[head].left))
                load += line[head].prompt
                head += 1
            }
        }
        var result = Self.result(firsts: Array(firsts.dropFirst(warm)).sorted(), steps: steps)
        result.rate = Double(line.count) / now
        result.meanPrompt = line.reduce(0) { $0 + Double($1.prompt) } / Double(line.count)
        return result
    }

    private static func result(
        firsts: [Double], steps: [(time: Double, tokens: Int, hasChunk: Bool)]
    ) -> Result {
        var result = Result()
        result.meanTTFT = firsts.reduce(0, +) / Double(firsts.count)
        result.ttft90 = firsts[firsts.count * 9 / 10]
        let tokens = steps.reduce(0) { $0 + $1.tokens }
        result.meanTPOT = steps.reduce(0) { $0 + $1.time * Double($1.tokens) } / Double(tokens)
        var below = 0
        for step in steps.sorted(by: { $0.time < $1.time }) {
            let before = below
            below += step.tokens
            if before * 2 < tokens, below * 2 >= tokens { result.tpot50 = step.time }
            if before * 100 < tokens * 99, below * 100 >= tokens * 99 { result.tpot99 = step.time }
        }
        result.chunkShare = Double(steps.count { $0.hasChunk }) / Double(steps.count)
        let time = steps.reduce(0) { $0 + $1.time }
        result.promptUtilisation = steps.reduce(0) { $0 + ($1.hasChunk ? $1.time : 0) } / time
        return result
    }
}
