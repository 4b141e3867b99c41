import Glibc
import Testing

@testable import HTTPServer

/// What becomes of connections when there are no descriptors left.
@Suite struct DescriptorReserveTests {
    /// What the system says to one `accept` after the other.
    private enum Said {
        case connection, nobody, noDescriptor, gone
    }

    /// What comes of them, and how often was asked.
    private func outcome(_ said: [Said]) -> (String, Int) {
        let reserve = DescriptorReserve()
        var calls = 0
        let outcome = reserve.accept {
            defer { calls += 1 }
            switch said[calls] {
            case .connection: return .connection(open("/dev/null", O_RDONLY | O_CLOEXEC), .unknown)
            case .nobody: return .wouldBlock
            case .noDescriptor: return .exhausted
            case .gone: return .failed
            }
        }
        switch outcome {
        case .accepted(.connection(let descriptor, _)):
            close(descriptor)
            return ("accepted", calls)
        case .accepted(.wouldBlock): return ("nobody", calls)
        case .accepted(.failed): return ("gone", calls)
        case .accepted(.exhausted), .exhausted: return ("exhausted", calls)
        case .turnedAway: return ("turned away", calls)
        }
    }

    @Test func whoeverWaitsIsAcceptedOrTurnedAway() {
        #expect(outcome([.connection]) == ("accepted", 1))
        #expect(outcome([.nobody]) == ("nobody", 1))
        #expect(outcome([.noDescriptor, .connection]) == ("turned away", 2))
    }

    /// Linux says that there is no descriptor before it looks whether anybody waits; taken for somebody turned away, a stop that
    /// accepts what waits would go on for ever, and count for ever.
    @Test func whereNobodyWaitsNobodyIsTurnedAway() {
        #expect(outcome([.noDescriptor, .nobody]) == ("nobody", 2))
        #expect(outcome([.noDescriptor, .gone]) == ("gone", 2))
        #expect(outcome([.noDescriptor, .noDescriptor]) == ("exhausted", 2))
    }

    @Test func theReserveIsThereAgainAfterwards() {
        let reserve = DescriptorReserve()
        for _ in 0..<3 {
            var said: [ListeningSocket.Accepted] = [.exhausted, .connection(open("/dev/null", O_RDONLY), .unknown)]
            guard case .turnedAway = reserve.accept({ said.removeFirst() }) else {
                Issue.record("not turned away")
                return
            }
        }
    }
}
