import GRDB

/// The objects of a database by their names, with their SQL in a form that can be compared.
struct Schema: Sendable {
    /// A table, an index, a trigger or a view.
    struct Object: Hashable, Sendable {
        let type: String
        let sql: String
    }

    private let objects: [String: Object]

    /// Reads `main`, leaving out what SQLite makes itself.
    ///
    /// Under its old name `sqlite_master`, which every version knows; `sqlite_schema` came with 3.33.
    init(of db: Database) throws {
        var objects: [String: Object] = [:]
        let rows = try Row.fetchCursor(db, sql: "SELECT name, type, sql FROM main.sqlite_master WHERE sql IS NOT NULL")
        while let row = try rows.next() {
            let name: String = row["name"]
            objects[name.lowercased()] = Object(type: row["type"], sql: Self.comparable(row["sql"]))
        }
        self.objects = objects
    }

    /// A schema without anything in it.
    init() {
        objects = [:]
    }

    /// The names of all objects, in lower case, in order.
    var names: [String] { objects.keys.sorted() }

    /// The object of a name, which SQLite compares without case.
    subscript(_ name: String) -> Object? {
        objects[name.lowercased()]
    }

    /// SQL without what says nothing: comments, and white space that does not keep two words apart.
    static func comparable(_ sql: String) -> String {
        var source = Array(sql.utf8)[...]
        var result: [UInt8] = []
        var apart = false
        while let byte = source.first {
            if source.starts(with: "--".utf8) {
                source = source.drop { $0 != UInt8(ascii: "\n") }
                apart = true
            } else if source.starts(with: "/*".utf8) {
                source = source.dropFirst(2)
                while !source.isEmpty, !source.starts(with: "*/".utf8) { source = source.dropFirst() }
                source = source.dropFirst(2)
                apart = true
            } else if byte == UInt8(ascii: " ") || (UInt8(ascii: "\t")...UInt8(ascii: "\r")).contains(byte) {
                source = source.dropFirst()
                apart = true
            } else {
                let token = Self.token(source)
                if apart, let last = result.last, isWord(last), isWord(byte) { result.append(UInt8(ascii: " ")) }
                result.append(contentsOf: token)
                source = source.dropFirst(token.count)
                apart = false
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// One byte, or all of what is quoted: white space within quotes is said, not written.
    private static func token(_ source: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard let quote = source.first, "'\"`".utf8.contains(quote),
            let end = source.dropFirst().firstIndex(of: quote)
        else { return source.prefix(1) }
        return source[...end]
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
            true
        default:
            false
        }
    }
}
