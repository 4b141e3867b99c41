import COpenSSL

/// OpenSSL reports its errors in a queue that belongs to the calling thread. It must be empty before an operation whose
/// outcome is asked for with `SSL_get_error`, or an old error of another connection is taken for a new one of this one.
enum OpenSSLErrorQueue {
    /// Forgets what earlier operations of this thread left behind.
    static func clear() {
        ERR_clear_error()
    }

    /// Takes all errors off the queue and says what the first of them, the cause, was.
    static func drain() -> String {
        let first = ERR_get_error()
        ERR_clear_error()
        guard first != 0 else { return "unknown error" }
        if let reason = ERR_reason_error_string(first) {
            return String(cString: reason)
        }
        return "error \(first)"
    }
}
