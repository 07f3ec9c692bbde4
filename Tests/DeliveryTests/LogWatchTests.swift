import Testing

@testable import Delivery

struct LogWatchTests {
    /// Whether a watch reports logs, each with its pages, its copied pages and its time in seconds.
    private func reports(_ logs: [(pages: Int, copied: Int, at: Int)]) -> [Bool] {
        var watch = LogWatch(bytesMin: 4096 * 100)
        return logs.map { log in
            watch.shouldReport(
                WriteAheadLog(pages: log.pages, copiedPages: log.copied, pageBytes: 4096), at: .seconds(log.at))
        }
    }

    @Test func `a large log of which no page is copied for a minute is reported, and not again for ten minutes`() {
        let logs = [
            (200, 50, 0), (300, 50, 10), (400, 50, 69), (500, 50, 70), (600, 50, 600), (700, 50, 670),
        ]
        #expect(reports(logs) == [false, false, false, true, false, true])
    }

    @Test func `a log that is small, wholly copied or copied further is not reported`() {
        for (pages, copied) in [(99, 50), (500, 500), (500, 51)] {
            #expect(reports([(90, 50, 0), (95, 50, 10), (pages, copied, 200)]) == [false, false, false])
        }
        #expect(reports([(90, 50, 0), (95, 50, 10), (500, 50, 200)]).last == true)
    }
}
