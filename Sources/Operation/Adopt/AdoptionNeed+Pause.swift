import Delivery
import Deployment

extension AdoptionNeed {
    /// The cause of the pause that the database stores until it is adopted.
    public var pauseCause: PauseCause {
        cause == .restored ? PauseCause.databaseRestored : PauseCause.databaseCopied
    }
}
