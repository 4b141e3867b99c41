import Glibc

/// What tells one version of a file from the next without reading it.
///
/// The inode changes when a file is replaced by renaming, or when a symbolic link on the way to it is (as Kubernetes does
/// with mounted secrets); times and size change when it is written in place.
struct FileStamp: Equatable, Sendable {
    private let device: UInt64
    private let inode: UInt64
    private let size: Int64
    private let modified: [Int]
    private let changed: [Int]

    /// Looks at the file, following links; nil if there is none or it may not be looked at.
    init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        modified = [status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
        changed = [status.st_ctim.tv_sec, status.st_ctim.tv_nsec]
    }
}
