import Delivery
import GRDB
import Operation
import PlainText
import Testing

@testable import SQLiteStore
@testable import journey_outbox

@Suite struct BatchTests {
    @Test func `batches are listed newest first, by state and journey, page by page`() async throws {
        let scene = try Scene()
        for contact in ["a", "b", "c"] {
            try scene.enqueue([contact])
            try await scene.freeze()
        }
        try scene.enqueue(["d"], to: "farewell")
        _ = try await scene.doubt("farewell")
        try scene.run(
            "UPDATE outbox_batch SET state = 'settled', settled_at = 1, body = NULL, outcome = 'delivered' WHERE id = 2"
        )
        func ids(_ state: BatchState?, _ journey: String?) throws -> [Int64] {
            try BatchListing(scene.looking(), state: state, journey: journey).page(limit: 50).batches.map(\.id)
        }
        #expect(try ids(nil, nil) == [4, 3, 2, 1])
        #expect(try ids(.sending, nil) == [3, 1])
        #expect(try ids(.settled, "welcome") == [2])
        #expect(try ids(.inDoubt, "welcome") == [])
        #expect(try ids(.inDoubt, nil) == [4])
        let listing = BatchListing(try scene.looking(), state: nil, journey: nil)
        let first = try listing.page(limit: 3)
        #expect(first.next == 2)
        #expect(try listing.page(before: first.next, limit: 3).batches.map(\.id) == [1])
    }

    @Test func `a batch is shown with its digest, its answers and its members`() async throws {
        let scene = try Scene()
        try scene.enqueue(["a", "b"])
        let batch = try await scene.freeze()
        try scene.run(
            """
            UPDATE outbox_batch SET answers =
              '[{"attempt":1,"at":1800000000000,"status":500,"code":"internal_error","message":null,"request_id":"req_9"}]'
            """)
        let detail = try #require(try BatchDetail.find(batch, scene.looking()))
        #expect(detail.members.map(\.externalID) == ["a", "b"])
        let text = detail.json.text
        #expect(
            text.contains(
                #""answers":[{"attempt":1,"at":"2027-01-15T08:00:00.000Z","status":500,"code":"internal_error","#
                    + #""message":null,"request_id":"req_9"}],"lineage":{"parent_id":null,"successor_ids":[],"moved":{}}"#
            ))
        #expect(text.contains(#""possibly_executed_since":"2027-01-15T08:00:00.000Z""#))
        #expect(try BatchDetail.find(99, scene.looking()) == nil)
        #expect(detail.text(on: .plain).text.contains("req_9"))
    }
}
