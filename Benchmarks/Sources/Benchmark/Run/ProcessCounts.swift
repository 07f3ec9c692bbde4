import Foundation

/// The counters of a running process in /proc.
enum ProcessCounts {
    static func residentBytes(of pid: pid_t) -> Int { kibibytes(of: pid, "VmRSS:") * 1024 }
    static func residentBytesMax(of pid: pid_t) -> Int { kibibytes(of: pid, "VmHWM:") * 1024 }

    /// Voluntary context switches by thread. They are counted by thread, because the count of a thread that ends
    /// disappears.
    static func wakeups(of pid: pid_t) -> [String: Int] {
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
        return Dictionary(
            uniqueKeysWithValues: threads.map {
                ($0, number("/proc/\(pid)/task/\($0)/status", "voluntary_ctxt_switches:"))
            })
    }

    /// Time on a processor, in seconds.
    static func cpu(of pid: pid_t) -> Double {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
        let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return 0 }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private static func kibibytes(of pid: pid_t, _ name: String) -> Int { number("/proc/\(pid)/status", name) }

    private static func number(_ path: String, _ name: String) -> Int {
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
        return line?.split(whereSeparator: { $0 == "\t" || $0 == " " }).compactMap { Int($0) }.first ?? 0
    }
}
