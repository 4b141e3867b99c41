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

    private final class Job: Sendable {
        let count: Int
        let body: @Sendable (Int) -> Bool
        let next = Atomic<Int>(0)
        let isStopped = Atomic<Bool>(false)
        let helpers = DispatchGroup()

        init(count: Int, body: @escaping @Sendable (Int) -> Bool) {
            self.count = count
            self.body = body
        }

        func work() {
            while !isStopped.load(ordering: .relaxed) {
                let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard index < count else { return }
                if !body(index) { isStopped.store(true, ordering: .relaxed) }
            }
        }
    }

    /// Calls `body` with 0 ..< `count`, each once, in any order and at once on up to `threads` threads; returns when all
    /// calls have. A call that returns false keeps those from being made that have not begun.
    static func perform(count: Int, threads: Int, _ body: @escaping @Sendable (Int) -> Bool) {
        let job = Job(count: count, body: body)
        for _ in 1..<max(1, min(threads, count)) {
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
