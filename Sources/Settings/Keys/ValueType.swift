/// A kind of value: how its text is checked, and how people read it.
struct ValueType<Value: Sendable>: Sendable {
    /// The kind in a word or two.
    let name: String
    /// The values allowed, in words.
    let range: String
    /// A value of this kind, for messages.
    let example: String
    /// Takes a scalar's text, or says what is wrong with it.
    let parse: @Sendable (ScalarText) throws(Complaint) -> Value
    /// The text that `parse` would take for a value.
    let format: @Sendable (Value) -> String

    /// The same kind where there may be no value.
    var optional: ValueType<Value?> {
        let (parse, format) = (parse, format)
        return ValueType<Value?>(
            name: name, range: range, example: example,
            parse: { scalar throws(Complaint) in try parse(scalar) },
            format: { $0.map(format) ?? "none" })
    }
}
