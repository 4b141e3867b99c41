import Glibc

/// The newest file of a folder, and whether it is another than at the last look.
struct NewestFile {
    /// What tells one state of a file from another.
    private struct State: Equatable {
        var path: String
        var seconds: Int
        var nanoseconds: Int
        var length: Int
    }

    let folder: String
    private var last: State?

    init(folder: String) { self.folder = folder }

    /// The path of the newest file, where it is new or has changed since the last look. Hidden files and folders are left out.
    mutating func next() throws(Unreadable) -> String? {
        guard let handle = opendir(folder) else { throw Unreadable(errnoOf: folder) }
        defer { closedir(handle) }
        var newest: State?
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name.first != "." else { continue }
            var status = stat()
            let path = folder.hasSuffix("/") ? folder + name : folder + "/" + name
            guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
            let state = State(
                path: path, seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec, length: status.st_size)
            // The later name of two of the same time, so that the choice does not depend on the folder's order.
            if let newest,
                (newest.seconds, newest.nanoseconds, newest.path) > (state.seconds, state.nanoseconds, state.path)
            {
                continue
            }
            newest = state
        }
        guard let newest, newest != last else { return nil }
        last = newest
        return newest.path
    }
}
