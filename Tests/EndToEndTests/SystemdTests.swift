import Foundation
import Testing

@Suite(.timeLimit(.minutes(5)))
struct SystemdTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static func run(_ command: [String]) async throws -> (status: ChildProcess.Change, output: String) {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("systemd-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let process = try ChildProcess(["-C", root.path] + command, program: "/usr/bin/env", in: folder)
        let status = await process.end()
        let output = try process.text
        try FileManager.default.removeItem(at: folder)
        return (status, output)
    }

    private static func isThere(_ program: String) -> Bool {
        ["/usr/bin/", "/bin/", "/usr/sbin/"].contains { FileManager.default.isExecutableFile(atPath: $0 + program) }
    }

    @Test(.enabled(if: isThere("systemd-analyze"), "systemd-analyze is not installed"))
    func `the exposure level of the unit is at most 1.5`() async throws {
        let unit = "deploy/journey-outbox.service"
        let (status, output) = try await Self.run([
            "systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=15", unit,
        ])
        #expect(status == .exited(0), "\(output.suffix(300))")
        let level = try #require(output.firstMatch(of: /Overall exposure level for \S+: ([0-9.]+)/))
        #expect(try #require(Double(level.1)) <= 1.5)
    }

    /// Whether this system can create a container: it needs root, the tools, and the right to mount.
    private static func canBoot() async throws -> Bool {
        guard geteuid() == 0, isThere("systemd-nspawn"), isThere("setpriv") else { return false }
        return try await run(["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status == .exited(0)
    }

    @Test(.enabled("a container cannot be booted here: root and systemd-container are needed") { try await canBoot() })
    func `a booted systemd starts, reloads, watches, restarts and stops the worker`() async throws {
        let (status, output) = try await Self.run(["scripts/boot-test", ChildProcess.program])
        #expect(status == .exited(0), "\(output)")
        let steps = output.split(separator: "\n").filter { $0.hasPrefix("ok: ") }
        #expect(steps.count == 10, "\(output)")
    }
}
