import Foundation
import Testing

@Suite(.timeLimit(.minutes(5)))
struct SystemdTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static func run(_ command: [String]) async throws -> (status: Int32, output: String) {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("output-\(UUID().uuidString)")
        try Data().write(to: file)
        defer { unlink(file.path) }
        let handle = try FileHandle(forWritingTo: file)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.currentDirectoryURL = root
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = handle
        process.standardError = handle
        await withCheckedContinuation { (ended: CheckedContinuation<Void, Never>) in
            process.terminationHandler = { _ in ended.resume() }
            do { try process.run() } catch { ended.resume() }
        }
        return (process.terminationStatus, String(decoding: try Data(contentsOf: file), as: UTF8.self))
    }

    private static func isThere(_ program: String) -> Bool {
        ["/usr/bin/", "/bin/", "/usr/sbin/"].contains { FileManager.default.isExecutableFile(atPath: $0 + program) }
    }

    @Test(.enabled(if: isThere("systemd-analyze"), "systemd-analyze is not installed"))
    func `the unit is exposed no more than 1.5`() async throws {
        let unit = "deploy/journey-outbox.service"
        let (status, output) = try await Self.run([
            "systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=15", unit,
        ])
        #expect(status == 0, "\(output.suffix(300))")
        let level = try #require(output.firstMatch(of: /Overall exposure level for \S+: ([0-9.]+)/))
        #expect(try #require(Double(level.1)) <= 1.5)
    }

    /// Whether this machine lets a container be made: root, the tools, and the right to mount.
    private static let canBoot: Bool = {
        guard geteuid() == 0, isThere("systemd-nspawn"), isThere("setpriv") else { return false }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "unshare", "--mount", "sh", "-c", "mount -t tmpfs tmpfs /mnt && mount -t tmpfs tmpfs /mnt",
        ]
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    @Test(.enabled(if: canBoot, "a container cannot be booted here: root and systemd-container are needed"))
    func `a booted systemd starts, reloads, watches, restarts and stops the worker`() async throws {
        let (status, output) = try await Self.run(["scripts/boot-test", ChildProcess.program])
        #expect(status == 0, "\(output)")
        let steps = output.split(separator: "\n").filter { $0.hasPrefix("ok: ") }
        #expect(steps.count == 9, "\(output)")
    }
}
