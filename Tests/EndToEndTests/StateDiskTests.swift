import Deployment
import Foundation
import Testing

/// A state directory on a separate disk that becomes full.
@Suite(.timeLimit(.minutes(3)))
struct StateDiskTests {
    private static let unshare = "/usr/bin/unshare"

    /// Whether this system can give a process a small separate disk.
    private static func canMount() async throws -> Bool {
        guard geteuid() == 0, FileManager.default.isExecutableFile(atPath: unshare) else { return false }
        let folder = FileManager.default.temporaryDirectory
        let probe = try ChildProcess(
            ["--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], program: unshare, in: folder)
        let end = await probe.end()
        try FileManager.default.removeItem(atPath: probe.outputPath)
        return end == .exited(0)
    }

    /// The program with its state directory on a disk of 128 KiB. Other processes see it below /proc/PID/root.
    private func start(_ command: [String], _ shop: Shop, before: String = ":") throws -> ChildProcess {
        let state = shop.bench.folder.appendingPathComponent("state").path
        try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
        let file = shop.bench.folder.appendingPathComponent("config-\(UUID().uuidString).yaml")
        try shop.yaml.write(to: file, atomically: true, encoding: .utf8)
        let script = "mount -t tmpfs -o size=128k tmpfs '\(state)' && { \(before); } && exec \"$@\""
        return try ChildProcess(
            ["--mount", "bash", "-c", script, "bash", ChildProcess.program] + command + ["--config", file.path],
            program: Self.unshare, environment: ["SPOTZEE_API_KEY": Workbench.secret], in: shop.bench.folder)
    }

    @Test(.enabled("a disk cannot be mounted here: root is needed") { try await canMount() })
    func `with a full disk delivery continues, the failure is reported, and recording resumes later`() async throws {
        try await Workbench.open { bench in
            let shop = try Shop.open(in: bench)
            let worker = try start(["run"], shop)
            try await bench.untilOutput(of: worker, contains: "worker_started")
            let state = "/proc/\(worker.pid)/root\(bench.folder.path)/state"
            let filler = "\(state)/filler"
            #expect(FileManager.default.createFile(atPath: filler, contents: nil))
            let handle = try #require(FileHandle(forWritingAtPath: filler))
            #expect(throws: (any Error).self) {
                while true { try handle.write(contentsOf: Data(count: 4096)) }
            }
            try handle.close()

            try shop.insert(1...300)
            try await bench.untilTrue { bench.effects(of: 1...300).allSatisfy { $0 == 1 } }
            try await bench.untilOutput(of: worker, contains: "ledger_failed")
            #expect(try worker.text.contains("No space left on device"))

            try FileManager.default.removeItem(atPath: filler)
            try shop.insert(301...301)
            let folders = StateFolders(path: state)
            try await bench.untilTrue {
                try folders.bindings().contains {
                    try LedgerReader(folder: folders.folderPath($0.folder)).proofs(of: [301]).keys.contains(301)
                }
            }
            #expect(try shop.states() == ["delivered": 301])
            worker.send(SIGTERM)
            #expect(await worker.end() == .exited(0))
        }
    }

    @Test(.enabled("a disk cannot be mounted here: root is needed") { try await canMount() })
    func `a worker that finds the disk full at its start reports it and does not change the database`() async throws {
        try await Workbench.open { bench in
            let shop = try Shop.open(in: bench)
            try shop.insert(1...2)
            let full = "head -c 1M /dev/zero > '\(bench.folder.path)/state/filler' 2>/dev/null || true"
            let worker = try start(["run"], shop, before: full)
            #expect(await worker.end() == .exited(78))
            #expect(try worker.text.contains("No space left on device"))
            #expect(try shop.query("SELECT count(*) FROM outbox_meta WHERE key = 'uuid'") == 0)
            #expect(try shop.states() == ["pending": 2])
        }
    }
}
