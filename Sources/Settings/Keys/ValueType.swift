/// The type of a value in the configuration file: its name, its range, and its conversion from and to text.
struct ValueType<Value: Sendable>: Sendable {
    /// The name of the type, one or two words.
    let name: String
    /// The allowed values, in words.
    let range: String
    /// An example value, for messages.
    let example: String
    /// Converts a scalar to a value, or throws what is wrong with it.
    let parse: @Sendable (ScalarText) throws(Complaint) -> Value
    /// Converts a value to a text that `parse` accepts.
    let format: @Sendable (Value) -> String

    /// The same type for a key that may be left out.
    var optional: ValueType<Value?> {
        let (parse, format) = (parse, format)
        return ValueType<Value?>(
            name: name, range: range, example: example,
            parse: { scalar throws(Complaint) in try parse(scalar) },
            format: { $0.map(format) ?? "none" })
    }
}
