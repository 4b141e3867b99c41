import Synchronization

/// One policy's way through the requests, block by block. Made when its first block is there.
final class ReplayCourse: Sendable {
    private let engine = Mutex<ReplayEngine<ReplayFeed>?>(nil)
    private let make: @Sendable () throws(SimulationError) -> ReplayEngine<ReplayFeed>

    init(_ make: @escaping @Sendable () throws(SimulationError) -> ReplayEngine<ReplayFeed>) { self.make = make }

    /// Replays one block on.
    ///
    /// - Returns: what all came to, after the last block; the course has given up its memory then.
    func advance(
        _ block: [ReplayRequest], isLast: Bool, _ control: SimulationControl
    ) throws(SimulationError) -> ReplayRun? {
        try engine.withLock { engine throws(SimulationError) in
            if engine == nil { engine = try make() }
            engine?.source.take(block, isLast: isLast)
            let run = try engine?.advance(control)
            if run != nil { engine = nil }
            return run
        }
    }
}

/// Spreads the courses of a replay over threads.
///
/// Courses that see the same requests make a group, for which these are drawn once, in blocks. A thread brings the course on by a block
/// that is farthest behind. So a block is soon given up, and all threads are busy to the end, also where there are three policies for
/// two of them. A group is begun when there are fewer courses under way than threads.
final class ReplayCourses: Sendable {
    struct Group: Sendable {
        var source: any ReplaySource & Sendable
        /// Places of its courses among all.
        var courses: [Int]
    }

    /// Requests of a block, but for the last one.
    static let usualLength = 4096
    /// Most blocks that a group keeps.
    static let mostBlocks = 4

    private let courses: [ReplayCourse]
    private let sources: [Source]
    private let blockLength: Int
    private let state: Mutex<State>

    private final class Source: Sendable {
        let value: Mutex<any ReplaySource & Sendable>

        init(_ source: any ReplaySource & Sendable) { value = Mutex(source) }
    }

    init(_ courses: [ReplayCourse], _ groups: [Group], threads: Int, blockLength: Int = usualLength) {
        self.courses = courses
        self.blockLength = blockLength
        sources = groups.map { Source($0.source) }
        state = Mutex(State(groups.map(\.courses), threads: threads))
    }

    /// What each course came to.
    ///
    /// - Throws: what the first one threw.
    func run(threads: Int, _ control: SimulationControl) throws(SimulationError) -> [ReplayRun] {
        ReplicationRunner.perform(threads: min(threads, courses.count)) { self.step(control) }
        let (runs, error) = state.withLock { ($0.runs, $0.error) }
        if let error { throw error }
        let complete = runs.compactMap { $0 }
        guard complete.count == courses.count else { throw .cancelled }
        return complete
    }

    private func step(_ control: SimulationControl) -> ReplicationRunner.Step {
        switch state.withLock({ $0.claim() }) {
        case .draw(let group):
            let block = sources[group].value.withLock { $0.block(blockLength) }
            state.withLock { $0.drew(block, for: group, isLast: block.count < blockLength) }
        case .advance(let course, let block, let isLast):
            do throws(SimulationError) {
                let run = try courses[course].advance(block, isLast: isLast, control)
                state.withLock { $0.advanced(course, run) }
            } catch {
                state.withLock { if $0.error == nil { $0.error = error } }
            }
        case .wait: return .waits
        case .end: return .ended
        }
        return .worked
    }
}

extension ReplayCourses {
    private enum Claim {
        /// Draw the next block of a group.
        case draw(Int)
        case advance(Int, [ReplayRequest], isLast: Bool)
        /// What is to be done next waits for other threads.
        case wait
        case end
    }

    /// Who has what, and what is next.
    private struct State {
        private struct Progress {
            var courses: [Int]
            var blocks: [[ReplayRequest]] = []
            /// Number of the first of ``blocks``.
            var first = 0
            var isDrawing = false
            /// Whether the last block is there.
            var isDrawn = false
        }

        private struct Course {
            /// Number of the block that it needs.
            var next = 0
            var isHeld = false
        }

        private var groups: [Progress]
        private var courses: [Course]
        private(set) var runs: [ReplayRun?]
        private let threads: Int
        private var begun = 0
        /// Courses of groups that have begun, which are not done.
        private var underWay = 0
        var error: SimulationError?

        init(_ groups: [[Int]], threads: Int) {
            self.groups = groups.map { Progress(courses: $0) }
            let count = groups.reduce(0) { $0 + $1.count }
            courses = [Course](repeating: Course(), count: count)
            runs = [ReplayRun?](repeating: nil, count: count)
            self.threads = max(1, threads)
        }

        mutating func claim() -> Claim {
            guard error == nil else { return .end }
            while begun < groups.count, underWay < threads {
                underWay += groups[begun].courses.count
                begun += 1
            }
            guard underWay > 0 else { return .end }
            for group in 0..<begun {
                let progress = groups[group]
                var chosen: Int?
                for course in progress.courses where isReady(course, progress) {
                    if chosen.map({ courses[course].next < courses[$0].next }) ?? true { chosen = course }
                }
                if let chosen {
                    let place = courses[chosen].next - progress.first
                    courses[chosen].isHeld = true
                    return .advance(
                        chosen, progress.blocks[place],
                        isLast: progress.isDrawn && place == progress.blocks.count - 1)
                }
            }
            for group in 0..<begun
            where !groups[group].isDrawn && !groups[group].isDrawing && groups[group].blocks.count < mostBlocks {
                groups[group].isDrawing = true
                return .draw(group)
            }
            return .wait
        }

        private func isReady(_ course: Int, _ progress: Progress) -> Bool {
            runs[course] == nil && !courses[course].isHeld
                && courses[course].next - progress.first < progress.blocks.count
        }

        mutating func drew(_ block: [ReplayRequest], for group: Int, isLast: Bool) {
            groups[group].blocks.append(block)
            groups[group].isDrawing = false
            groups[group].isDrawn = isLast
        }

        mutating func advanced(_ course: Int, _ run: ReplayRun?) {
            courses[course].isHeld = false
            courses[course].next += 1
            if let run {
                runs[course] = run
                underWay -= 1
            }
            // Blocks that nobody needs any more.
            for group in 0..<begun where groups[group].courses.contains(course) {
                let least = groups[group].courses.reduce(Int.max) { min($0, courses[$1].next) }
                let done = min(least - groups[group].first, groups[group].blocks.count)
                groups[group].blocks.removeFirst(done)
                groups[group].first += done
            }
        }
    }
}
