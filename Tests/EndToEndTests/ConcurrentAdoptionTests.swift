import Foundation
import Testing

/// Two adoptions of one database at the same time.
@Suite(.timeLimit(.minutes(3)))
struct ConcurrentAdoptionTests {
    @Test(arguments: [["--deliver", "--deliver"], ["--deliver", "--discard"], ["--discard", "--discard"]])
    func `of two concurrent adoptions one is executed, and every intent is in one place`(
        choices: [String]
    ) async throws {
        try await Workbench.open { bench in
            let shop = try Shop.open(in: bench)
            try shop.insert(1...2)
            try await shop.drain()
            try shop.insert(3...402)
            let copy = shop.at("copy")
            try shop.copyFiles(to: copy)
            try FileManager.default.removeItem(at: bench.folder.appendingPathComponent("state"))
            let both = try choices.map { try copy.start(["adopt", $0, "--json"]) }
            var texts: [String] = []
            for process in both {
                let end = await process.end()
                let text = try process.text
                // The slower adoption finds the lock held, or nothing left to adopt.
                #expect(
                    end == .exited(0) || end == .exited(75) && text.contains("another adopt command is running"),
                    "\(text)")
                texts.append(text)
            }
            #expect(texts.count { $0.contains(#""adopted":true"#) } == 1, "\(texts)")
            try await copy.drain()
            let states = try copy.states()
            #expect(states.values.reduce(0, +) == 402, "\(states)")
            let counts = bench.effects(of: 1...402)
            #expect(counts.allSatisfy { $0 <= 1 })
            #expect(counts.reduce(0, +) == states["delivered"])
            #expect(try copy.query("SELECT count(*) FROM outbox_meta WHERE key = 'adoption'") == 0)
        }
    }
}
