import Dispatch
import Glibc
import Synchronization

/// Spreads independent runs over threads: the only place of the simulation that knows of threads.
///
/// The calling thread works too. Helpers are few for the whole process, one less than the cores or as many as asked for,
/// whichever is smaller, however many simulations run at once; they are threads of their own at a lower priority, so that
/// a server's event loops come first.
enum ReplicationRunner {
    /// Helpers that may still be started.
    private static let spare = Atomic<Int>(max(0, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))) - 1))
    private static let niceness: Int32 = 5

    /// What a thread did when it was asked to go on.
    enum Step {
        /// A piece of work, after which others may be possible.
        case worked
        /// Nothing: other threads do what is to be done first.
        case waits
        /// Nothing, and there will be nothing more to do.
        case ended
    }

    private final class Job: Sendable {
        private let step: @Sendable () -> Step
        private let bell = Bell()
        let helpers = DispatchGroup()

        init(step: @escaping @Sendable () -> Step) { self.step = step }

        func work() {
            while true {
                let heard = bell.count
                switch step() {
                case .worked: bell.ring()
                case .waits: bell.wait(after: heard)
                case .ended: return bell.ring()
                }
            }
        }
    }

    /// Wakes those that wait for others to have done something.
    private final class Bell: Sendable {
        private let state = Mutex((count: 0, waiting: 0))
        private let signal = DispatchSemaphore(value: 0)

        /// How often it has rung.
        var count: Int { state.withLock { $0.count } }

        func ring() {
            let waiting = state.withLock { state in
                state.count += 1
                defer { state.waiting = 0 }
                return state.waiting
            }
            for _ in 0..<waiting { signal.signal() }
        }

        /// Returns at once where it has rung since it had rung `count` times. May return too soon.
        func wait(after count: Int) {
            let mustWait = state.withLock { state in
                guard state.count == count else { return false }
                state.waiting += 1
                return true
            }
            if mustWait { signal.wait() }
        }
    }

    /// Calls `body` with 0 ..< `count`, each once, in any order and at once on up to `threads` threads; returns when all
    /// calls have. A call that returns false keeps those from being made that have not begun.
    static func perform(count: Int, threads: Int, _ body: @escaping @Sendable (Int) -> Bool) {
        let next = Atomic<Int>(0)
        let isStopped = Atomic<Bool>(false)
        perform(threads: min(threads, count)) {
            guard !isStopped.load(ordering: .relaxed) else { return .ended }
            let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard index < count else { return .ended }
            if !body(index) { isStopped.store(true, ordering: .relaxed) }
            return .worked
        }
    }

    /// Calls `step` again and again, at once on up to `threads` threads, until each of them was told that all has ended.
    ///
    /// A step that finds nothing to do is called again when another one has worked; one thread alone must never be told to wait.
    static func perform(threads: Int, step: @escaping @Sendable () -> Step) {
        let job = Job(step: step)
        for _ in 1..<max(1, threads) {
            guard takeHelper() else { break }
            if !startHelper(job) { spare.wrappingAdd(1, ordering: .relaxed) }
        }
        job.work()
        job.helpers.wait()
    }

    private static func takeHelper() -> Bool {
        var current = spare.load(ordering: .relaxed)
        while current > 0 {
            let (exchanged, original) = spare.compareExchange(
                expected: current, desired: current - 1, ordering: .relaxed)
            if exchanged { return true }
            current = original
        }
        return false
    }

    private static func startHelper(_ job: Job) -> Bool {
        job.helpers.enter()
        var thread = pthread_t()
        // The thread owns one reference to the job, taken back at its beginning.
        let context = Unmanaged.passRetained(job).toOpaque()
        let result = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                let job = Unmanaged<Job>.fromOpaque(context).takeRetainedValue()
                // On Linux this is the niceness of the calling thread alone.
                _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, ReplicationRunner.niceness)
                job.work()
                ReplicationRunner.spare.wrappingAdd(1, ordering: .relaxed)
                job.helpers.leave()
                return nil
            }, context)
        guard result == 0 else {
            Unmanaged<Job>.fromOpaque(context).release()
            job.helpers.leave()
            return false
        }
        pthread_detach(thread)
        return true
    }
}
