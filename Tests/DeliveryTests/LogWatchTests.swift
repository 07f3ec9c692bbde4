import Testing

@testable import Delivery

struct LogWatchTests {
    /// What a watch says to logs of so many pages, so many of them copied, at so many seconds.
    private func reports(_ logs: [(pages: Int, copied: Int, at: Int)]) -> [Bool] {
        var watch = LogWatch(bytesMin: 4096 * 100)
        return logs.map { log in
            watch.shouldReport(
                WriteAheadLog(pages: log.pages, copiedPages: log.copied, pageBytes: 4096), at: .seconds(log.at))
        }
    }

    @Test func `a large log that is copied no further for a minute is reported, and not again for ten`() {
        let logs = [
            (200, 50, 0), (300, 50, 10), (400, 50, 69), (500, 50, 70), (600, 50, 600), (700, 50, 670),
        ]
        #expect(reports(logs) == [false, false, false, true, false, true])
    }

    @Test func `a log that is small, copied whole, or copied further is nobody's concern`() {
        for (pages, copied) in [(99, 50), (500, 500), (500, 51)] {
            #expect(reports([(90, 50, 0), (95, 50, 10), (pages, copied, 200)]) == [false, false, false])
        }
        #expect(reports([(90, 50, 0), (95, 50, 10), (500, 50, 200)]).last == true)
    }
}
