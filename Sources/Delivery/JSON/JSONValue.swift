import Foundation

/// A JSON value out of a response, read tolerantly and bounded by the response limit.
enum JSONValue: Decodable, Equatable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let bool = Self.attempt({ try value.decode(Bool.self) }) {
            self = .bool(bool)
        } else if let integer = Self.attempt({ try value.decode(Int.self) }) {
            self = .integer(integer)
        } else if let number = Self.attempt({ try value.decode(Double.self) }) {
            self = .number(number)
        } else if let string = Self.attempt({ try value.decode(String.self) }) {
            self = .string(string)
        } else if let fields = try Self.container({ try value.decode([String: JSONValue].self) }) {
            self = .object(fields)
        } else {
            self = .array(try value.decode([JSONValue].self))
        }
    }

    /// Something wrong inside a container is an error, and only another kind of container is not.
    private static func container<Value>(_ decode: () throws -> Value) throws -> Value? {
        do { return try decode() } catch DecodingError.typeMismatch { return nil }
    }

    /// The value of a whole body; nil when the body is no JSON, which for a response is an answer like any other.
    static func read(_ body: [UInt8]) -> JSONValue? {
        do {
            return try JSONDecoder().decode(JSONValue.self, from: Data(body))
        } catch {
            return nil
        }
    }

    /// Another type is not an error here: the next type is tried.
    ///
    /// Nor is a number that this type cannot hold (`1.5` as an integer), which Foundation reports by an error of its own.
    private static func attempt<Value>(_ decode: () throws -> Value) -> Value? {
        do { return try decode() } catch { return nil }
    }

    subscript(name: String) -> JSONValue? {
        guard case .object(let fields) = self else { return nil }
        return fields[name]
    }

    var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    var integer: Int? {
        guard case .integer(let number) = self else { return nil }
        return number
    }

    var bool: Bool? {
        guard case .bool(let truth) = self else { return nil }
        return truth
    }

    var array: [JSONValue]? {
        guard case .array(let values) = self else { return nil }
        return values
    }
}
