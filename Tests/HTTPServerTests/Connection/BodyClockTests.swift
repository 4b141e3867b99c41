import Testing

@testable import HTTPServer

/// The time that a body may take. Times are in seconds from its beginning.
@Suite struct BodyClockTests {
    enum Event: Sendable {
        case bytes(Int, at: Double)
        case pause(at: Double)
        case resume(at: Double)
        /// The deadline passes, and the body is in time.
        case inTime(at: Double)
    }

    struct Course: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let events: [Event]
        /// When the body is next looked at; nil while the clock stands still.
        let deadline: Double?
        /// Whether it is late then.
        let isLate: Bool
    }

    /// 30 s for each stretch of 10,000 bytes; 2500 bytes in each window of 5 s.
    private static let limits: ServerLimits = {
        var limits = ServerLimits()
        limits.maximumBody = 10_000
        return limits
    }()

    private static let courses = [
        Course(testDescription: "nothing comes", events: [], deadline: 5, isLate: true),
        Course(testDescription: "too little comes", events: [.bytes(2499, at: 4.9)], deadline: 5, isLate: true),
        Course(testDescription: "just enough", events: [.bytes(2500, at: 4.9)], deadline: 5, isLate: false),
        Course(
            testDescription: "in two pieces", events: [.bytes(2000, at: 1), .bytes(500, at: 2)], deadline: 5,
            isLate: false),
        Course(
            testDescription: "what came before does not count for the next window",
            events: [.bytes(9000, at: 1), .inTime(at: 5)], deadline: 10, isLate: true),
        Course(
            testDescription: "a late look begins the window late",
            events: [.bytes(2500, at: 1), .inTime(at: 7)], deadline: 12, isLate: true),
        Course(
            testDescription: "bytes after a full window begin the next", events: [.bytes(2500, at: 6)], deadline: 11,
            isLate: true),
        Course(
            testDescription: "the stretch ends before the sixth window",
            events: [
                .bytes(1600, at: 0), .bytes(900, at: 1), .inTime(at: 4.9 + 0.1), .bytes(2500, at: 6), .inTime(at: 10),
                .bytes(2500, at: 11), .inTime(at: 15), .bytes(2499, at: 16),
            ], deadline: 20, isLate: true),
        Course(
            testDescription: "a new stretch has its own time",
            events: [
                .bytes(5000, at: 1), .inTime(at: 5), .bytes(5000, at: 6), .inTime(at: 10), .bytes(3000, at: 11),
                .inTime(at: 15), .bytes(3000, at: 16), .inTime(at: 20), .bytes(3000, at: 21), .inTime(at: 25),
                .bytes(900, at: 26), .inTime(at: 25.5), .bytes(1700, at: 29), .inTime(at: 30), .bytes(2500, at: 31),
            ], deadline: 35, isLate: false),
        Course(testDescription: "paused", events: [.pause(at: 1)], deadline: nil, isLate: false),
        Course(
            testDescription: "paused twice", events: [.pause(at: 1), .pause(at: 3), .resume(at: 4)], deadline: 9,
            isLate: true),
        Course(testDescription: "resumed", events: [.pause(at: 1), .resume(at: 101)], deadline: 106, isLate: true),
        Course(testDescription: "resumed without a pause", events: [.resume(at: 3)], deadline: 5, isLate: true),
        Course(
            testDescription: "a pause moves the end of the stretch",
            events: [
                .bytes(2500, at: 0), .inTime(at: 5), .bytes(2500, at: 6), .inTime(at: 10), .bytes(2500, at: 11),
                .inTime(at: 15), .pause(at: 16), .resume(at: 1016), .bytes(2499, at: 1020),
            ], deadline: 1021, isLate: true),
        Course(
            testDescription: "the end of the stretch comes before that of a window",
            events: [
                .bytes(2000, at: 0), .bytes(500, at: 1), .inTime(at: 5), .bytes(2500, at: 6), .inTime(at: 11),
                .bytes(2500, at: 12), .inTime(at: 17), .pause(at: 17), .resume(at: 27),
                .bytes(2499, at: 28),
            ], deadline: 32, isLate: true),
    ]

    private static let start: UInt64 = 1_000_000_000_000
    private static func time(_ seconds: Double) -> UInt64 { start + Timeouts.nanoseconds(seconds) }

    @Test(arguments: courses)
    func theCourseOfABody(course: Course) {
        var clock = BodyClock(Timeouts(Self.limits), now: Self.start)
        for event in course.events {
            switch event {
            case .bytes(let count, let at): clock.received(count, now: Self.time(at))
            case .pause(let at): clock.setPaused(true, now: Self.time(at))
            case .resume(let at): clock.setPaused(false, now: Self.time(at))
            case .inTime(let at):
                let isLate = clock.isLate(now: Self.time(at))
                #expect(!isLate, "at \(at)")
            }
        }
        #expect(clock.deadline == course.deadline.map(Self.time))
        let look = course.deadline ?? 10_000
        let isLateBefore = clock.isLate(now: Self.time(look) - 1)
        #expect(!isLateBefore)
        let isLate = clock.isLate(now: Self.time(look))
        #expect(isLate == course.isLate)
    }

    @Test(
        arguments: [
            (0.0, 0), (1.5, 1_500_000_000), (-1, 0), (1e300, 3_200_000_000_000_000_000),
            (.infinity, 3_200_000_000_000_000_000), (.nan, 3_200_000_000_000_000_000), (-.infinity, 0),
        ] as [(Double, UInt64)])
    func secondsToNanoseconds(seconds: Double, nanoseconds: UInt64) {
        #expect(Timeouts.nanoseconds(seconds) == nanoseconds)
    }
}
