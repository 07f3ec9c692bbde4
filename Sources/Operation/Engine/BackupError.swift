/// Why no backup was written. No file is left behind then.
public enum BackupError: Error, Equatable, CustomStringConvertible {
    case exists(String)
    case failed(String, String)

    public var description: String {
        switch self {
        case .exists(let path): "\(path) already exists: name another file, or remove it"
        case .failed(let path, let reason): "no copy was made at \(path): \(reason)"
        }
    }
}
