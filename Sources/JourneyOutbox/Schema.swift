import GRDB

/// The objects of a database by name, with their SQL in a form that can be compared.
struct Schema: Sendable {
    /// A table, an index, a trigger or a view.
    struct SchemaObject: Hashable, Sendable {
        let type: String
        let sql: String
    }

    private let objects: [String: SchemaObject]

    /// Reads the objects of the schema `main`. Objects that SQLite creates itself have no SQL and are left out.
    ///
    /// The table is read by its old name `sqlite_master`, because SQLite knows `sqlite_schema` only from 3.33 on
    /// (sqlite.org/schematab.html).
    init(of db: Database) throws {
        var objects: [String: SchemaObject] = [:]
        let rows = try Row.fetchCursor(db, sql: "SELECT name, type, sql FROM main.sqlite_master WHERE sql IS NOT NULL")
        while let row = try rows.next() {
            let name: String = row["name"]
            objects[name.lowercased()] = SchemaObject(type: row["type"], sql: Self.comparable(row["sql"]))
        }
        self.objects = objects
    }

    /// An empty schema.
    init() {
        objects = [:]
    }

    /// The names of all objects in lower case, sorted.
    var names: [String] { objects.keys.sorted() }

    /// The object with this name. SQLite compares names without case.
    subscript(_ name: String) -> SchemaObject? {
        objects[name.lowercased()]
    }

    /// SQL without comments, and without white space that does not separate two words.
    static func comparable(_ sql: String) -> String {
        let source = Array(sql.utf8)
        var result: [UInt8] = []
        result.reserveCapacity(source.count)
        var (at, apart) = (0, false)
        while at < source.count {
            let byte = source[at]
            switch (byte, at + 1 < source.count ? source[at + 1] : 0) {
            case (UInt8(ascii: "-"), UInt8(ascii: "-")):
                at = source[at...].firstIndex(of: UInt8(ascii: "\n")) ?? source.count
                apart = true
            case (UInt8(ascii: "/"), UInt8(ascii: "*")):
                at = end(ofComment: at + 2, source)
                apart = true
            case (UInt8(ascii: " "), _), (UInt8(ascii: "\t")...UInt8(ascii: "\r"), _):
                at += 1
                apart = true
            default:
                if apart, let last = result.last, isWord(last), isWord(byte) { result.append(UInt8(ascii: " ")) }
                let end = end(ofToken: at, source)
                result.append(contentsOf: source[at..<end])
                at = end
                apart = false
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The index behind the end of a block comment, or the end of the text.
    private static func end(ofComment start: Int, _ source: [UInt8]) -> Int {
        var at = start
        while at + 1 < source.count, source[at] != UInt8(ascii: "*") || source[at + 1] != UInt8(ascii: "/") { at += 1 }
        return min(at + 2, source.count)
    }

    /// The index behind one byte, or behind a whole quoted text, in which white space is significant.
    private static func end(ofToken start: Int, _ source: [UInt8]) -> Int {
        let quote = source[start]
        guard quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "`"),
            let end = source[(start + 1)...].firstIndex(of: quote)
        else { return start + 1 }
        return end + 1
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
