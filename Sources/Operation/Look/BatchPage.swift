/// One page of a listing of batches, newest first.
public struct BatchPage: Sendable {
    public var batches: [BatchRecord]
    /// The id after which the next page starts; nil when this page is the last.
    public var next: Int64?

    public init(batches: [BatchRecord], next: Int64?) {
        self.batches = batches
        self.next = next
    }
}
