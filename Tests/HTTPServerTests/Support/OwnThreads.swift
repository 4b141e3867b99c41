import Foundation
import Testing

/// Runs tests that block, as clients on sockets do, on threads of their own and not on those of Swift's pool, of which
/// there is one a core: blocked there, a test could wait for work that has no thread left to run on.
struct OwnThreads: SuiteTrait, TestTrait, TestScoping {
    static let name = "blocking test"

    var isRecursive: Bool { true }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await withTaskExecutorPreference(ThreadPerJob()) {
            // The preference counts from the next suspension on; without one a test may begin on the pool. A yield is none where
            // its continuation comes first.
            while !Self.isOnOwnThread() { await Task.yield() }
            try await function()
        }
    }

    private static func isOnOwnThread() -> Bool { Thread.current.name == name }

    private final class ThreadPerJob: TaskExecutor {
        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            Thread.detachNewThread {
                Thread.current.name = OwnThreads.name
                job.runSynchronously(on: self.asUnownedTaskExecutor())
            }
        }
    }
}

extension Trait where Self == OwnThreads {
    static var ownThreads: OwnThreads { OwnThreads() }
}
