import Glibc

/// A bounded number of threads that take jobs from a bounded queue.
///
/// They are threads of their own and not Dispatch's, so that a queue full of work can never keep the event loops from
/// getting a thread, and they run at a lower priority, so that the loops come first on the cores too.
final class WorkPool: Sendable {
    typealias Job = @Sendable () -> Void

    private struct State {
        var waiting: [Job] = []
        /// Index in `waiting` of the next job; what lies before it is done.
        var next = 0
        var running = 0
        var isStopped = false
        /// Jobs were done since the pool last rested.
        var isWorn = false

        /// The next job. A result within a result: the inner nil says that the pool has ended, the outer one that there is no job yet.
        mutating func take() -> Job?? {
            if isStopped { return .some(nil) }
            guard next < waiting.count else { return nil }
            let job = waiting[next]
            next += 1
            if next == waiting.count || next >= 1024 {
                waiting.removeFirst(next)
                next = 0
            }
            running += 1
            return job
        }
    }

    let workers: Int
    /// Jobs that may wait beyond those that run.
    let queueLimit: Int
    /// Milliseconds without a job after which the pool rests.
    private let patience: Int
    private let rest: @Sendable () -> Void
    private let state = Monitor(State())

    /// Nice value of the workers.
    static let niceness: Int32 = 5

    /// - Parameters:
    ///   - workers: threads.
    ///   - queueLimit: jobs that may wait beyond those that run.
    ///   - patience: milliseconds without a job after which `rest` is called, once until there was another job.
    ///   - rest: what is to be done when work is over, on a thread of the pool.
    init(workers: Int, queueLimit: Int, patience: Int = 1000, rest: @escaping @Sendable () -> Void = {}) {
        self.workers = max(1, workers)
        self.queueLimit = max(0, queueLimit)
        self.patience = patience
        self.rest = rest
    }

    /// Starts the threads; they end after ``stop()``.
    ///
    /// - Throws: ``ServerStartError`` where the system allows not even one of them.
    func start() throws {
        var started = 0
        for _ in 0..<workers {
            var thread = pthread_t()
            // The thread owns one reference to the pool, taken back at its beginning.
            let context = Unmanaged.passRetained(self).toOpaque()
            let result = pthread_create(
                &thread, nil,
                { context in
                    guard let context else { return nil }
                    let pool = Unmanaged<WorkPool>.fromOpaque(context).takeRetainedValue()
                    // On Linux this is the niceness of the calling thread alone.
                    _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, WorkPool.niceness)
                    pool.run()
                    return nil
                }, context)
            if result == 0 {
                pthread_detach(thread)
                started += 1
            } else {
                Unmanaged<WorkPool>.fromOpaque(context).release()
                errno = result
            }
        }
        guard started > 0 else { throw ServerStartError.system("pthread_create") }
    }

    /// Queues a job; false if the queue is full.
    func submit(_ job: @escaping Job) -> Bool {
        let accepted = state.withLock { state in
            let waiting = state.waiting.count - state.next
            guard !state.isStopped, waiting + state.running < workers + queueLimit else { return false }
            state.waiting.append(job)
            return true
        }
        if accepted { state.signal() }
        return accepted
    }

    /// Jobs that wait, and jobs that run.
    var depth: (waiting: Int, running: Int) {
        state.withLock { ($0.waiting.count - $0.next, $0.running) }
    }

    /// Ends the threads once the jobs that run are done; those that wait are dropped.
    func stop() {
        state.withLock { state in
            state.isStopped = true
            state.waiting = []
            state.next = 0
        }
        state.broadcast()
    }

    private func run() {
        while let job = next() {
            job()
            state.withLock {
                $0.running -= 1
                $0.isWorn = true
            }
        }
    }

    /// Waits for a job; nil at the end.
    private func next() -> Job? {
        while true {
            if !state.withLock({ $0.isWorn }) { return state.wait { $0.take() } }
            if let job = state.wait(milliseconds: patience, for: { $0.take() }) { return job }
            let isRestDue = state.withLock { state in
                guard state.isWorn, state.running == 0 else { return false }
                state.isWorn = false
                return true
            }
            if isRestDue { rest() }
        }
    }
}
