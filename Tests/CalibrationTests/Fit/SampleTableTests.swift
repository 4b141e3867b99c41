import Testing
import Text

@testable import Calibration

@Suite("Tables of samples") struct SampleTableTests {
    private static func table(_ text: String) throws -> SampleTable { try SampleTable(Array(text.utf8)) }

    @Test(
        "come with marks, delimiters, cases, names and units of their own",
        arguments: [
            "\u{FEFF}stage,load,latency_us\nffn,1,2\nffn,2,3\n", "stage;load;latency_us\nffn;1;2\nffn;2;3\n",
            "Stage\tLoad\tLATENCY_US\r\nFFN\t1\t2\r\nffn\t2\t3", "stage,load,batch,latency_us\nffn,1,,2\nffn,2,,3\n",
            "stage,num_tokens,latency_ms\nffn,1,0.002\nFfn,2,0.003\n",
            "component,batch_size,Time (ns)\nMLP,1,2000\nmoe,2,3000\n",
            "stage,batch,context,latency [s]\nffn,1,4096,2e-6\nffn,2,4096,3e-6\n",
            "stage,load,mean latency us,weight\nffn,1,2,1\nffn,2,3,1\n",
            "stage,load,latency_us_mean\nffn,1,2\nffn,2,3\n", "stage,load,latency_p50_ms\nffn,1,0.002\nffn,2,0.003\n",
            "# A profile.\n\n#\nstage,avg_num_tokens,kernel latency (us)\nffn,1,2\nffn,2,3\n",
        ])
    func forms(text: String) throws {
        let table = try Self.table(text)
        #expect(table.stages.map(\.stage) == ["ffn"] && table.warnings.isEmpty)
        #expect(table.stages[0].samples.map(\.load) == [1, 2])
        for (sample, latency) in zip(table.stages[0].samples, [2.0, 3]) {
            #expect(abs(sample.latency - latency) < 1e-12)
        }
    }

    @Test("a profile with more columns is read, and those passed over are named")
    func profile() throws {
        let table = try Self.table(
            "stage,batch_size,context_len,latency_ms,std,gpu\nattention,16,1024,0.0202,0.001,h800\nAttention,32,4096,0.0775,0.001,h800\n"
        )
        #expect(table.stages.map(\.stage) == ["attention"])
        #expect(table.stages[0].samples.map(\.load) == [16_384, 131_072])
        #expect(table.stages[0].samples.map(\.shape?.batch) == [16, 32])
        #expect(abs(table.stages[0].samples[1].latency - 77.5) < 1e-9)
        let warning = try #require(table.warnings.first)
        #expect(warning.code == "columns_not_read" && warning.detail.contains("std") && warning.detail.contains("gpu"))
    }

    @Test("a misspelt optional column is passed over with what it may have been")
    func misspelt() throws {
        let table = try Self.table("stage,load,latency_us,wieght\nffn,1,2,3\nffn,2,3,3\n")
        #expect(table.warnings[0].detail.contains("did you mean \"weight\"?"))
    }

    @Test("latencies of one layer are multiplied by the layers beside them")
    func layers() throws {
        let table = try Self.table("stage,load,latency_us,layers\nffn,1,2,61\nffn,2,3,61\n")
        #expect(table.stages[0].samples.map(\.latency) == [122, 183] && table.warnings.isEmpty && table.hasLayers)
        for wrong in ["0", "1.5", "10001", "1e300", "x"] {
            #expect(throws: InvalidInput.self, "\(wrong)") {
                try Self.table("stage,load,latency_us,layers\nffn,1,2,\(wrong)\n")
            }
        }
    }

    @Test("tokens of Attention are its batch, which is said")
    func tokens() throws {
        let table = try Self.table("stage,num_tokens,seq_len,latency_us\nattn,4,100,2\nattn,8,100,3\n")
        #expect(table.stages[0].samples.map(\.load) == [400, 800])
        #expect(table.warnings.map(\.code) == ["tokens_taken_for_batch"])
    }

    @Test(
        "everything that is wrong with a header is said at once",
        arguments: [
            ("stage,tokenz,latency,gpu\nffn,1,2,a\n", ["latency_us", "tokenz", "gpu", "no load"]),
            ("stage,load,batch_size,bs,latency_us\nffn,1,,,2\n", ["batch_size", "bs"]),
            ("load,latency_us,latency_ms\n1,2,3\n", ["stage", "latency_us", "latency_ms"]),
            ("stage,load_ms,latency_us\nffn,1,2\n", ["load_ms", "unit of time"]),
            ("a,b\n1,2\n", ["stage", "latency", "load", "\"a\"", "\"b\""]),
        ])
    func header(text: String, said: [String]) {
        #expect {
            try Self.table(text)
        } throws: { error in
            said.allSatisfy { "\(error)".contains($0) }
        }
    }

    @Test(
        "rows that cannot be used are refused by line and name",
        arguments: [
            ("stage,batch,context,load,latency_us\nattention,2,3,7,1\n", ["Line 2", "both"]),
            ("stage,load,latency_us\nffn,1\n", ["Line 2", "fields"]),
            ("stage,load,latency_us\nffn,x,2\n", ["Line 2", "\"x\""]),
            ("stage,load,latency_us\nffn,0x10,2\n", ["0x10"]), ("stage;load;latency_us\nffn;1,5;2\n", ["1,5"]),
            ("stage,load,latency_us\nffn,nan,2\n", ["nan"]), ("stage,load,latency_us\nffn,-1,2\n", ["load must"]),
            ("stage,load,latency_us\nprefill,1,2\nsampling,1,2\n", ["prefill", "sampling", "attention"]),
            ("stage,load,latency_us\nffn,1,\n", ["no latency"]),
            ("stage,context,load,latency_us\nattention,5,,2\n", ["neither"]),
            ("stage,load,batch,latency_us\nffn,8,4,2\n", ["8", "4", "one"]), ("", ["no samples"]),
            ("stage,load,latency_us\n", ["no samples"]),
        ])
    func rows(text: String, said: [String]) {
        #expect {
            try Self.table(text)
        } throws: { error in
            said.allSatisfy { "\(error)".contains($0) }
        }
    }
}
