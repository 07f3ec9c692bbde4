import Foundation
import Testing

@testable import Delivery

/// The one description of a frozen member: the writer, the scanner, the decoder and the document hold to it.
@Suite struct MemberColumnTests {
    private static let row = Row(
        id: 11, attempts: 12, epoch: 13, externalID: "e,x", anonymousID: "a]n", email: "e\"m", profile: "{\"p\":1}",
        data: "{\"d\":2}", orderingKey: "o", dedupKey: "d", scheduledAt: 18, expiresAt: 9_000_000_000_000,
        traceparent: "t",
        createdAt: 20, previousBatch: 26)

    private static let numbers: [MemberColumn: Int64] = [
        .id: 11, .attempts: 12, .epoch: 13, .scheduledAt: 18, .expiresAt: 9_000_000_000_000, .createdAt: 20,
        .previousBatch: 26,
    ]
    private static let texts: Set<MemberColumn> = [
        .externalID, .anonymousID, .email, .orderingKey, .dedupKey, .traceparent,
    ]

    @Test func `a written member has each column at its place`() throws {
        let request = try #require(Make.request([Self.row]))
        let columns = try #require(
            try JSONSerialization.jsonObject(with: Data(request.members.text)) as? [[Any]])[0]
        #expect(columns.count == MemberColumn.allCases.count)
        for (column, number) in Self.numbers { #expect(columns[column.rawValue] as? Int64 == number, "\(column)") }
        for column in Self.texts { #expect(columns[column.rawValue] is String, "\(column)") }
    }

    @Test func `the scanner finds each column of each member`() throws {
        let list = try #require(Make.request([Row(id: 1, externalID: "z"), Self.row])).members
        list.text.withUnsafeBytes { bytes in
            var scanner = MemberScanner(bytes)
            #expect(scanner.next() && scanner.integer(.id) == 1)
            #expect(!scanner.hasText(.orderingKey) && scanner.integer(.previousBatch) == nil)
            #expect(scanner.bodyRange(.dataOffset, .dataLength) == nil)
            #expect(scanner.next() && !scanner.isComplete)
            for (column, number) in Self.numbers { #expect(scanner.integer(column) == number, "\(column)") }
            for column in MemberColumn.allCases {
                #expect(scanner.has(column))
                #expect(scanner.hasText(column) == Self.texts.contains(column), "\(column)")
            }
            #expect(scanner.bodyRange(.dataOffset, .dataLength)?.count == 7)
            #expect(!scanner.next() && scanner.isComplete)
        }
        #expect(list.count == 2)
        #expect(list.contents()?.map(\.id) == [1, 11])
        #expect(list.deliverableSince().map(\.milliseconds) == [0, 20])
    }

    @Test(arguments: ["", "{}", "[", "[[", "[[1,2", "[[1,\"a", "[1]", "[[1]", "[[1],"])
    func `a text that is no whole list is told from one`(text: String) {
        let list = MemberList(text: Array(text.utf8))
        #expect(list.count == nil)
        #expect(list.contents() == nil)
        #expect(!list.hasOrderingKeys)
    }

    @Test(arguments: [
        ("0", Int64(0)), ("9223372036854775807", .max), ("9223372036854775808", nil), ("99999999999999999999", nil),
        ("null", nil), ("-1", nil), ("\"1\"", nil),
    ])
    func `a number is read whole or not at all`(text: String, number: Int64?) {
        Array("[[\(text)]]".utf8).withUnsafeBytes { bytes in
            var scanner = MemberScanner(bytes)
            #expect(scanner.next() && scanner.integer(.id) == number)
        }
    }

    @Test func `the document lists the columns in their order`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let document = try String(contentsOf: root.appending(path: "docs/schema.md"), encoding: .utf8)
        let section = try #require(document.components(separatedBy: "### `outbox_batch.members`").last)
        let places = section.split(separator: "\n").compactMap { line in
            line.firstMatch(of: /^\| ([0-9, ]+) \|/)?.output.1
        }.flatMap { $0.split(separator: ", ").compactMap { Int($0) } }
        #expect(places == MemberColumn.allCases.map(\.rawValue))
    }
}
