import Delivery

/// Whether a worker may serve a database, decided by a pure and total function of the evidence.
public enum IdentityVerdict: Sendable, Equatable {
    /// No worker has served the database before: it is bound now. `uuid` is the identity that it has already, if any.
    case bind(uuid: String?)
    /// The database is recognised. The value is its binding as it has to be stored now.
    case known(Binding)
    /// The database is recognised by the name of its deployment alone, because the state directory has no record of it.
    case knownByName
    /// Nothing is claimed or sent before an operator has adopted the database.
    case adopt(AdoptionNeed)
    /// The process was started with another state directory than the worker of this database. Nothing is stored.
    case refused(stateDirectory: String)

    /// Decides about a database.
    ///
    /// - Parameters:
    ///   - database: what the database stores about itself.
    ///   - site: the worker's configuration.
    ///   - evidence: what the state directory and the former path of the database show.
    public static func of(_ database: IdentityRecord, at site: DeploymentSite, given evidence: StateEvidence)
        -> IdentityVerdict
    {
        let judge = Judge(database: database, site: site, evidence: evidence)
        guard let uuid = database.uuid, database.isBound || evidence.byUUID != nil else { return judge.unbound() }
        if let binding = evidence.byUUID { return judge.remembered(binding, uuid) }
        return judge.forgotten()
    }
}

/// The inputs of one decision, with one function for each group of cases.
private struct Judge {
    let database: IdentityRecord
    let site: DeploymentSite
    let evidence: StateEvidence

    /// Decides about a database that names no state directory and no deployment.
    func unbound() -> IdentityVerdict {
        guard let before = evidence.byPath, before.uuid != nil else {
            return .bind(uuid: database.uuid ?? evidence.byPath?.next)
        }
        // A database that never had an intent cannot have delivered one.
        if database.uuid == nil && database.marks.intents == 0 { return .bind(uuid: nil) }
        return need(.replaced, before, mark: before.marks.intents)
    }

    /// Decides about a database whose identity the state directory contains.
    func remembered(_ binding: Binding, _ uuid: String) -> IdentityVerdict {
        if let theirs = database.deployment, let ours = site.deployment, theirs != ours {
            return need(.deployment, binding, mark: database.marks.intents)
        }
        if evidence.formerPath == .holds || evidence.formerPath == .unreadable {
            return need(.copied, binding, mark: database.marks.intents)
        }
        let isBack =
            database.marks.isBehind(binding.marks) || evidence.isUnsettled
            || database.pending?.cause == .restored
        if isBack { return need(.restored, binding, mark: 0) }
        var known = binding
        known.uuid = uuid
        known.next = nil
        known.path = site.database
        known.marks = binding.marks.raised(to: database.marks)
        return .known(known)
    }

    /// Decides about a database that was served before and whose identity the state directory does not contain.
    func forgotten() -> IdentityVerdict {
        if let other = database.stateDirectory,
            evidence.otherDirectory == .serves || evidence.otherDirectory == .unreadable
        {
            return .refused(stateDirectory: other)
        }
        if let theirs = database.deployment, theirs != site.deployment {
            return need(.deployment, evidence.byPath, mark: database.marks.intents)
        }
        if let before = evidence.byPath, before.uuid != nil {
            return need(.replaced, before, mark: database.marks.intents)
        }
        if let name = site.deployment, name == database.deployment, database.pending?.cause != .restored {
            return .knownByName
        }
        return need(.unknown, nil, mark: database.marks.intents)
    }

    /// The verdict that an adoption is needed.
    ///
    /// - Parameter mark: the highest intent id of the database that may have been delivered. The marks of the binding
    ///   raise it, and the mark of a pending adoption replaces it.
    private func need(_ cause: AdoptionCause, _ binding: Binding?, mark: Int64) -> IdentityVerdict {
        let seen = max(mark, binding?.marks.intents ?? 0)
        return .adopt(
            AdoptionNeed(
                cause: cause, mark: database.pending?.mark ?? seen, remembered: binding, sight: sight(cause, binding)))
    }

    private func sight(_ cause: AdoptionCause, _ binding: Binding?) -> String {
        switch cause {
        case .copied:
            return "it is a copy: \(binding?.path ?? "its old path") still holds the outbox of the same identity"
        case .restored:
            return "it was set back to an earlier state: the record shows later work than the database contains"
        case .replaced:
            return "another outbox was served at this path before; this one was put in its place"
        case .unknown:
            return database.stateDirectory == site.stateDirectory
                ? "\(site.stateDirectory) has no record of it: it was copied from another machine, or that directory was lost"
                : "it was served elsewhere before, with the state directory \(database.stateDirectory ?? "of a container")"
        case .deployment:
            let theirs = database.deployment ?? ""
            return site.deployment.map { "it belongs to the deployment \(theirs), and this is \($0)" }
                ?? "it belongs to the deployment \(theirs), and this worker has no `deployment`"
        }
    }
}
