import Foundation
import Testing

/// The service as a process, and the command that asks whether it is well.
@Suite struct ProbeTests {
    @Test("probe: 0 for 200, 1 for any other answer and for none, 64 for what is not an address")
    func probe() async throws {
        let service = try await Service()
        let well = try await Program.run(["probe", service.address + "/healthz"])
        #expect(well.status == 0 && well.output.isEmpty && well.error.isEmpty, "\(well)")
        let missing = try await Program.run(["probe", service.address + "/nope"])
        #expect(missing.status == 1 && missing.error.contains("404"), "\(missing)")
        #expect(await service.end() == 0)
        let gone = try await Program.run(["probe", service.address + "/healthz"])
        #expect(gone.status == 1 && gone.error.contains("refused"), "\(gone)")
        for wrong in ["ftp://127.0.0.1/", "http://", "127.0.0.1:8080", "https://127.0.0.1/"] {
            let outcome = try await Program.run(["probe", wrong])
            #expect(outcome.status == 64 && outcome.error.contains(wrong), "\(outcome)")
        }
        let forever = try await Program.run(["probe", service.address, "--timeout", "1e9"])
        #expect(forever.status == 64, "\(forever)")
    }

    @Test("serve: a port that is taken ends with 69, a wrong setting with 64; both are named")
    func serve() async throws {
        let service = try await Service()
        let port = service.address.split(separator: ":").last.map(String.init) ?? ""
        let taken = try await Program.run(["serve", "--host", "127.0.0.1", "--port", port])
        #expect(taken.status == 69 && taken.error.contains("Address already in use"), "\(taken)")
        let key = try await Program.run(["serve", "--port", "0", "--tls-certificate", "/nonexistent/tls.crt"])
        #expect(key.status == 64 || key.status == 69, "\(key)")
        #expect(key.error.contains("tls"), "\(key)")
        #expect(await service.end() == 0)
    }
}
