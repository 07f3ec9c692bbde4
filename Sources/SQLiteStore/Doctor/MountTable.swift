/// The mounted file systems, from the kernel's list (proc(5), /proc/self/mountinfo).
struct MountTable {
    private let mounts: [(point: String, type: String)]

    init(_ text: String) {
        mounts = text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count > 6, let dash = words.firstIndex(of: "-"), dash + 1 < words.count else { return nil }
            return (Self.unescaped(words[4]), String(words[dash + 1]))
        }
    }

    /// The type of the file system of an absolute path. Of two mounts at one point, the later one is visible.
    func type(of path: String) -> String? {
        var best: (point: String, type: String)?
        for mount in mounts where Self.contains(mount.point, path) && mount.point.count >= best?.point.count ?? 0 {
            best = mount
        }
        return best?.type
    }

    private static func contains(_ point: String, _ path: String) -> Bool {
        point == "/" || path == point || path.hasPrefix(point + "/")
    }

    /// Decodes the octal escapes of white space.
    private static func unescaped(_ text: Substring) -> String {
        var out = ""
        var rest = text
        while let start = rest.firstIndex(of: "\\") {
            out += rest[..<start]
            let digits = rest[rest.index(after: start)...].prefix(3)
            guard digits.count == 3, let code = UInt8(digits, radix: 8) else { return out + rest[start...] }
            out.unicodeScalars.append(Unicode.Scalar(code))
            rest = rest[digits.endIndex...]
        }
        return out + rest
    }
}
