import Glibc

/// The three streams that every process expects to have.
enum StandardStreams {
    /// Opens /dev/null in place of each of them that is closed: else the next file or connection would get its number, and what is
    /// meant for a terminal or a log would be written to it.
    static func openMissing() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest free number is this one: those below it are open by now.
            _ = open("/dev/null", O_RDWR)
        }
    }
}
