import Foundation

/// Which file stood at a path, so that another one in its place is noticed.
struct FileIdentity {
    private let path: String
    private let node: UInt64
    private let device: UInt64

    init(path: String) {
        var file = stat()
        let isThere = stat(path, &file) == 0
        self.path = path
        node = isThere ? UInt64(file.st_ino) : 0
        device = isThere ? UInt64(file.st_dev) : 0
    }

    var isStillThere: Bool {
        let now = FileIdentity(path: path)
        return now.node == node && now.device == device
    }
}
