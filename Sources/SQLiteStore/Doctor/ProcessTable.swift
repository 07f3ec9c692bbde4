import Foundation

/// The processes of this machine that this user may inspect (proc(5)).
struct ProcessTable {
    struct Process: Equatable {
        let pid: Int
        let name: String

        var text: String { name.isEmpty ? "\(pid)" : "\(pid) (\(name))" }
    }

    let root: String

    static let current = ProcessTable(root: "/proc")

    func process(_ pid: Int) -> Process {
        let name = ProcFile.text("\(root)/\(pid)/comm").trimmingCharacters(in: .whitespacesAndNewlines)
        return Process(pid: pid, name: name)
    }

    /// The processes that have a file open, by the name that the kernel shows for it.
    func having(open path: String) -> [Process] {
        pids.filter { pid in
            let folder = "\(root)/\(pid)/fd"
            return names(in: folder).contains { link(at: "\(folder)/\($0)") == path }
        }.map(process)
    }

    private var pids: [Int] { names(in: root).compactMap { Int($0) }.sorted() }

    /// Empty where this user may not read the directory, or the process has ended.
    private func names(in folder: String) -> [String] {
        do { return try FileManager.default.contentsOfDirectory(atPath: folder) } catch { return [] }
    }

    private func link(at path: String) -> String? {
        do { return try FileManager.default.destinationOfSymbolicLink(atPath: path) } catch { return nil }
    }
}
