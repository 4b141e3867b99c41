import Glibc

/// An open descriptor, closed with its owner.
struct FileDescriptor: ~Copyable, Sendable {
    let number: Int32

    /// Nil where `number` is negative, as of a system call that failed.
    init?(_ number: Int32) {
        guard number >= 0 else { return nil }
        self.number = number
    }

    deinit {
        // Linux frees the descriptor even where close is interrupted: it must not be tried again.
        _ = Glibc.close(number)
    }
}
