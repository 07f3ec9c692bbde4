import Foundation
import Testing

/// What `doctor` reports about the identity of the database, with and without a running worker.
@Suite(.timeLimit(.minutes(3)))
struct IdentityCheckTests {
    /// The line about the identity in the output of `doctor`.
    private func identity(_ shop: Shop) async throws -> String {
        let doctor = try shop.start(["doctor", "--json"])
        _ = await doctor.end()
        let text = try doctor.text
        let line = text.firstMatch(of: /\{"name":"identity"[^}]*\}/)
        return String(try #require(line, "\(text)").output)
    }

    @Test func `doctor reports a database as new, known, moved, copied or restored`() async throws {
        try await Workbench.open { bench in
            let shop = try Shop.open(in: bench)
            #expect(try await identity(shop).contains(#""verdict":"ok","finding":"no worker has served it yet"#))
            // The check has created nothing.
            #expect(!FileManager.default.fileExists(atPath: bench.folder.appendingPathComponent("state").path))
            try shop.insert(1...2)
            try await shop.drain()
            let backup = shop.at("backup")
            try shop.copyFiles(to: backup)
            try shop.insert(3...4)
            try await shop.drain()
            #expect(
                try await identity(shop).contains(
                    #""verdict":"ok","finding":"the worker's state directory has the record"#))

            let copy = try await identity(backup)
            #expect(copy.contains(#""verdict":"fail","finding":"database_copied: it is a copy: "#))
            #expect(copy.contains(#""remedy":"journey-outbox adopt""#))

            let moved = shop.at("moved")
            try FileManager.default.moveItem(atPath: shop.path, toPath: moved.path)
            #expect(try await identity(moved).contains(#""verdict":"ok""#))
            try FileManager.default.moveItem(atPath: moved.path, toPath: shop.path)

            try shop.restore(from: backup)
            #expect(try await identity(shop).contains(#""verdict":"fail","finding":"database_restored: "#))
        }
    }

    @Test func `doctor with another state directory reports what a worker there would report`() async throws {
        try await Workbench.open { bench in
            let shop = try Shop.open(in: bench)
            try shop.insert(1...2)
            try await shop.drain()
            #expect(try await identity(shop.with(state: "mine")).contains(#""verdict":"ok""#))
            let copy = shop.at("copy")
            try shop.copyFiles(to: copy)
            #expect(try await identity(copy.with(state: "mine")).contains(#""verdict":"fail""#))
        }
    }

    @Test func `a worker at full speed is never reported as a restored backup`() async throws {
        try await Workbench.open { bench in
            let shop = try Shop.open(in: bench)
            try shop.insert(1...1)
            try await shop.drain()
            let worker = try shop.start(["run"])
            try await bench.untilOutput(of: worker, contains: "worker_started")
            for round in 0..<3 {
                try shop.insert((round * 300 + 2)...(round * 300 + 301))
                #expect(try await identity(shop).contains(#""verdict":"ok""#))
            }
            worker.send(SIGTERM)
            #expect(await worker.end() == .exited(0))
        }
    }
}
