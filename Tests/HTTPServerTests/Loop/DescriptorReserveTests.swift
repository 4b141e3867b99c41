import Glibc
import Testing

@testable import HTTPServer

/// What becomes of connections when only the reserve of descriptors is left.
@Suite struct DescriptorReserveTests {
    private func outcome(_ said: ListeningSocket.Accepted, limit: Int = 1024) -> String {
        switch DescriptorReserve(limit: limit).accept({ said }) {
        case .accepted(.connection): "accepted"
        case .accepted(.wouldBlock): "nobody"
        case .accepted(.failed): "gone"
        case .accepted(.exhausted): "exhausted"
        case .turnedAway: "turned away"
        }
    }

    /// Of the last connection that the reserve leaves room for, and of the next.
    @Test(arguments: [(1, "accepted"), (0, "turned away"), (-3, "turned away")])
    func aConnectionLeavesTheReserveAlone(room: Int, expected: String) {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        defer { close(ends[0]) }
        let limit = Int(ends[1]) + DescriptorReserve.count + room
        #expect(outcome(.connection(ends[1], .unknown), limit: limit) == expected)
        if expected == "accepted" { close(ends[1]) }
        var byte = UInt8(0)
        #expect(read(ends[0], &byte, 1) == 0, "it is closed")
    }

    /// Linux says that there is no descriptor before it looks whether anybody waits; taken for somebody turned away, a stop that
    /// accepts what waits would go on for ever, and count for ever.
    @Test func whereNobodyIsAcceptedNobodyIsTurnedAway() {
        #expect(outcome(.wouldBlock) == "nobody")
        #expect(outcome(.failed) == "gone")
        #expect(outcome(.exhausted) == "exhausted")
    }
}
