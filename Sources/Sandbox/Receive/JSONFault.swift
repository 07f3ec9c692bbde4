/// Bytes that are not JSON, and where they stop being it.
struct JSONFault: Error, Equatable {
    var offset: Int
}
