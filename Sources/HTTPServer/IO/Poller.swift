import CLinux
import Glibc

/// An epoll descriptor, and one to wake it from other threads. Both are closed with the last reference, so that neither a late
/// wake nor Dispatch, which may watch the descriptor until its source's cancellation is through, meets another file's number.
final class Poller: Sendable {
    let descriptor: Int32
    private let wakeDescriptor: Int32

    /// The token that ``wake()`` comes up with.
    static let wakeToken = UInt64.max

    init() throws {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard descriptor >= 0 else { throw ServerStartError.system("epoll_create1") }
        wakeDescriptor = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
        guard wakeDescriptor >= 0 else { throw ServerStartError.system("eventfd") }
        guard add(wakeDescriptor, events: EPOLLIN.rawValue, token: Self.wakeToken) else {
            throw ServerStartError.system("epoll_ctl")
        }
    }

    /// Watches a connection, once per edge and for all that may happen, until it is closed.
    func addConnection(_ socket: Int32, token: UInt64) -> Bool {
        add(
            socket, events: EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue,
            token: token)
    }

    /// Watches a listening socket that other loops watch too.
    func addListener(_ socket: Int32, token: UInt64) -> Bool {
        add(socket, events: EPOLLIN.rawValue | EPOLLEXCLUSIVE.rawValue, token: token)
    }

    func add(_ socket: Int32, events: UInt32, token: UInt64) -> Bool {
        var event = epoll_event(events: events, data: epoll_data_t(u64: token))
        return epoll_ctl(descriptor, EPOLL_CTL_ADD, socket, &event) == 0
    }

    func remove(_ socket: Int32) {
        var event = epoll_event()
        _ = epoll_ctl(descriptor, EPOLL_CTL_DEL, socket, &event)
    }

    /// Waits for at most `milliseconds`; returns the number of events, 0 after an interruption.
    func wait(_ events: UnsafeMutableBufferPointer<epoll_event>, milliseconds: Int32) -> Int {
        let count = epoll_wait(descriptor, events.baseAddress, Int32(events.count), milliseconds)
        return max(0, Int(count))
    }

    /// From any thread: has the next or current ``wait(_:milliseconds:)`` return with the wake token.
    func wake() {
        var one: UInt64 = 1
        _ = write(wakeDescriptor, &one, 8)
    }

    func acknowledgeWake() {
        var value: UInt64 = 0
        _ = read(wakeDescriptor, &value, 8)
    }

    deinit {
        for descriptor in [descriptor, wakeDescriptor] where descriptor >= 0 { close(descriptor) }
    }
}
