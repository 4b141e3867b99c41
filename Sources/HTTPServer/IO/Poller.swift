import CLinux
import Glibc

/// An epoll descriptor, and one to wake it from other threads. Both are closed with the last reference, so that neither a late
/// wake nor Dispatch, which may watch the descriptor until its source's cancellation is through, meets another file's number.
final class Poller: Sendable {
    private let epoll: FileDescriptor
    private let wakeEvent: FileDescriptor

    /// The token that ``wake()`` comes up with.
    static let wakeToken = UInt64.max

    init() throws {
        guard let epoll = FileDescriptor(epoll_create1(Int32(EPOLL_CLOEXEC))) else {
            throw ServerStartError.system("epoll_create1")
        }
        guard let wakeEvent = FileDescriptor(eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))) else {
            throw ServerStartError.system("eventfd")
        }
        self.epoll = epoll
        self.wakeEvent = wakeEvent
        guard add(self.wakeEvent.number, events: EPOLLIN.rawValue, token: Self.wakeToken) else {
            throw ServerStartError.system("epoll_ctl")
        }
    }

    /// Readable when there are events.
    var descriptor: Int32 { epoll.number }

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
        _ = write(wakeEvent.number, &one, 8)
    }

    func acknowledgeWake() {
        var value: UInt64 = 0
        _ = read(wakeEvent.number, &value, 8)
    }
}
