import Glibc

/// What the kernel says about this process, under the names that Prometheus clients use. Values that cannot be read are left out.
struct ProcessMetrics {
    var residentBytes: Int?
    var virtualBytes: Int?
    var openDescriptors: Int?
    var maximumDescriptors: Int?
    /// User and system time in seconds.
    var cpuSeconds: Double?
    /// Seconds since 1970.
    var startTime: Double?

    init() {
        let page = sysconf(Int32(_SC_PAGESIZE))
        // statm: total program size and resident set, in pages (proc_pid_statm(5)).
        if let statm = Self.numbers(in: "/proc/self/statm"), statm.count >= 2 {
            virtualBytes = statm[0] * page
            residentBytes = statm[1] * page
        }
        openDescriptors = Self.countDescriptors()
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            maximumDescriptors = Int(clamping: limit.rlim_cur)
        }
        var usage = rusage()
        if getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 {
            cpuSeconds = Self.seconds(usage.ru_utime) + Self.seconds(usage.ru_stime)
        }
        startTime = Self.startTimeOfProcess
    }

    func write(to text: inout MetricsText) {
        if let residentBytes {
            text.single("process_resident_memory_bytes", .gauge, "Memory in RAM.", residentBytes)
        }
        if let virtualBytes {
            text.single("process_virtual_memory_bytes", .gauge, "Address space.", virtualBytes)
        }
        if let openDescriptors {
            text.single("process_open_fds", .gauge, "File descriptors in use.", openDescriptors)
        }
        if let maximumDescriptors {
            text.single("process_max_fds", .gauge, "File descriptors allowed.", maximumDescriptors)
        }
        if let cpuSeconds {
            text.single("process_cpu_seconds_total", .counter, "User and system time.", cpuSeconds)
        }
        if let startTime {
            text.single("process_start_time_seconds", .gauge, "When the process began, since 1970.", startTime)
        }
    }

    private static func seconds(_ time: timeval) -> Double {
        Double(time.tv_sec) + Double(time.tv_usec) / 1e6
    }

    private static func numbers(in path: String) -> [Int]? {
        guard let contents = try? FileContents.read(path, limit: 65_536) else { return nil }
        return contents.split(whereSeparator: { $0 == 0x20 || $0 == 0x0A }).compactMap {
            Int(String(decoding: $0, as: UTF8.self))
        }
    }

    private static func countDescriptors() -> Int? {
        // The size of the folder is their number, from Linux 6.2 on: thousands of them need not be listed on an event loop.
        var status = stat()
        if stat("/proc/self/fd", &status) == 0, status.st_size > 0 { return Int(status.st_size) }
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        var count = 0
        while let entry = readdir(folder) {
            if entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 }
        }
        return count - 1  // Without that of the folder itself.
    }

    /// From the 22nd field of /proc/self/stat, in clock ticks since boot, and btime of /proc/stat.
    private static let startTimeOfProcess: Double? = {
        guard let stat = try? FileContents.read("/proc/self/stat", limit: 65_536),
            let boot = try? FileContents.read("/proc/stat", limit: 4 << 20),
            // The second field, the name, is in parentheses and may hold anything.
            let nameEnd = stat.lastIndex(of: UInt8(ascii: ")"))
        else { return nil }
        let fields = stat[(nameEnd + 1)...].split(separator: 0x20)
        let line = boot.split(separator: 0x0A).first { $0.starts(with: "btime ".utf8) }
        guard fields.count > 19, let ticks = Double(String(decoding: fields[19], as: UTF8.self)), let line,
            let bootTime = Double(String(decoding: line.dropFirst(6), as: UTF8.self))
        else { return nil }
        return bootTime + ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }()
}
