import Foundation
import Testing

@testable import afd_sizer

/// Commands that ask a running service.
@Suite struct ServerTests {
    @Test("a service gives the bytes that the command gives itself, and its refusals are told likewise")
    func same() async throws {
        let service = try await Service()
        for reader in CommandTests.readers {
            let here = try await Program.run([reader.name, "-"], input: reader.input)
            let there = try await Program.run([reader.name, "-", "--server", service.address], input: reader.input)
            #expect(there.status == 0 && there.output == here.output, "\(reader): \(there)")
            let wrong = try await Program.run([reader.name, "-", "--server", service.address], input: "{\"nope\": 1}")
            let wrongHere = try await Program.run([reader.name, "-"], input: "{\"nope\": 1}")
            #expect(wrong.status == 1 && wrong.error == wrongHere.error, "\(reader): \(wrong) \(wrongHere)")
        }
        for arguments in [
            ["size"] + NamedFlagTests.flags, ["catalog"], ["catalog", "h800"],
            ["catalog", "deepseek-v3", "--context", "4096"],
            ["size", "--model", "nope", "--device", "h800", "--prefill", "1", "--decode", "2"],
        ] {
            let here = try await Program.run(arguments)
            let there = try await Program.run(arguments + ["--server", service.address])
            #expect(there.output == here.output && there.error == here.error && there.status == here.status, "\(there)")
        }
        #expect(await service.end() == 0)
        let gone = try await Program.run(["size", "-", "--server", service.address], input: Inputs.size)
        #expect(gone.status == 69 && gone.output.isEmpty, "\(gone)")
        #expect(gone.error.contains("\(service.address): Connection refused"), "\(gone)")
    }

    @Test("a token is taken from a file; without it the service refuses")
    func token() async throws {
        let folder = try TemporaryFolder()
        let token = try folder.file("token", "0123456789abcdef0123456789abcdef\n")
        let service = try await Service(["--token-file", token])
        let without = try await Program.run(["size", "-", "--server", service.address], input: Inputs.size)
        #expect(without.status == 1 && without.output.isEmpty, "\(without)")
        let with = try await Program.run(
            ["size", "-", "--server", service.address, "--server-token", token], input: Inputs.size)
        #expect(with.status == 0, "\(with)")
        #expect(await service.end() == 0)
    }

    /// Certificates come from the program openssl.
    private static let openssl = ["/usr/bin/openssl", "/usr/local/bin/openssl"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    @Test("https: by an authority that is trusted, for the host of the certificate", .enabled(if: openssl != nil))
    func https() async throws {
        let folder = try TemporaryFolder()
        func path(_ name: String) -> String { folder.url.appending(path: name).path }
        let made = Process()
        made.executableURL = URL(filePath: try #require(Self.openssl))
        made.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj",
            "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", path("key"), "-out", path("certificate"),
        ]
        made.standardError = FileHandle.nullDevice
        try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
            made.terminationHandler = { _ in ended.resume() }
            do { try made.run() } catch { ended.resume(throwing: error) }
        }
        let service = try await Service(["--tls-certificate", path("certificate"), "--tls-private-key", path("key")])
        let here = try await Program.run(["size", "-"], input: Inputs.size)
        let arguments = ["size", "-", "--server", service.address]
        let there = try await Program.run(arguments + ["--server-ca", path("certificate")], input: Inputs.size)
        #expect(there.status == 0 && there.output == here.output, "\(there)")
        let distrusted = try await Program.run(arguments, input: Inputs.size)
        #expect(distrusted.status == 69 && distrusted.error.contains("certificate is not trusted"), "\(distrusted)")
        let name = service.address.replacing("127.0.0.1", with: "localhost")
        let other = try await Program.run(
            ["size", "-", "--server", name, "--server-ca", path("certificate")], input: Inputs.size)
        #expect(other.status == 69 && other.error.contains("mismatch"), "\(other)")
        #expect(await service.end() == 0)
    }

    @Test(
        "addresses",
        arguments: [
            ("http://a", "a:80", "/v1/size"), ("http://a:81/sizer/", "a:81", "/sizer/v1/size"),
            ("https://[::1]/", "[::1]:443", "/v1/size"), ("http://a/x?y=z", "a:80", "/x/v1/size"),
        ])
    func address(text: String, authority: String, target: String) throws {
        let url = try #require(ServiceURL(text))
        #expect(url.authority == authority && url.target("/v1/size") == target)
        #expect(url.target("/v1/size", [(name: "a", value: "b c&d")]) == target + "?a=b%20c%26d")
    }

    @Test(
        "what is no address",
        arguments: ["", "a", "ftp://a", "http://", "http://a:", "http://a:0", "http://a:x", "http://a b"])
    func noAddress(text: String) { #expect(ServiceURL(text) == nil) }

    @Test(
        "responses",
        arguments: [
            (
                "HTTP/1.1 200 OK\r\nContent-Type: Application/JSON; x=y\r\nContent-Length: 2\r\n\r\nhi",
                "200 application/json hi"
            ),
            ("HTTP/1.0 404 No\r\n\r\nrest", "404  rest"),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x\r\nhi\r\n1\r\n!\r\n0\r\n\r\n", "200  hi!"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi", "none"), ("HTTP/1.1 200 OK\r\n", "none"),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n", "none"),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nhi\r\n", "none"),
            ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nhi", "none"), ("SSH-2.0-x\r\n\r\n", "none"), ("", "none"),
        ])
    func response(text: String, expected: String) {
        let response = ServiceResponse(Array(text.utf8))
        let shown = response.map { "\($0.status) \($0.contentType) \(String(decoding: $0.body, as: UTF8.self))" }
        #expect((shown ?? "none") == expected)
    }
}
