import Yams

extension ConfigurationReader {
    /// The most journeys in one configuration.
    static let journeysMax = 10_000

    /// The journey and entrance at Spotzee that a name stands for.
    ///
    /// Two names for one of them would be delivered independently of each other, without a common order.
    private struct EntrancePoint: Hashable {
        let id: Int
        let entranceID: Int?
    }

    mutating func journeys(in section: Section) -> [String: JourneySettings] {
        guard section.entries.count <= Self.journeysMax else {
            let complaint = Complaint("has \(section.entries.count) journeys", "give at most \(Self.journeysMax)")
            problems.add(complaint, key: section.path, at: section.position)
            return [:]
        }
        var journeys: [String: JourneySettings] = [:]
        var owners: [EntrancePoint: Section.Entry] = [:]
        for entry in section.entries {
            guard let journey = journey(entry, in: section) else { continue }
            let point = EntrancePoint(id: journey.id, entranceID: journey.entranceID)
            if let owner = owners[point] {
                add(duplicate: entry, of: owner, point, in: section)
            } else {
                owners[point] = entry
            }
            journeys[journey.name] = journey
        }
        return journeys
    }

    private mutating func journey(_ entry: Section.Entry, in journeys: Section) -> JourneySettings? {
        let path = journeys.path(of: ScalarText.shown(entry.name))
        do {
            _ = try NameText.parse(ScalarText(entry.name))
        } catch {
            problems.add(error, key: path, at: entry.position)
        }
        if case .scalar(let scalar) = entry.value {
            let text = ScalarText(document.text(of: scalar))
            let id = text.text.wholeMatch(of: /[0-9]{1,16}/) == nil ? "33" : text.text
            let complaint = Complaint("is not a mapping", "write { id: \(id) }")
            problems.add(complaint, key: path, at: SourcePosition(entry.value))
            return nil
        }
        let section = section(entry.value, path: path, schema: "journeys.NAME", isOpen: false)
        let entranceID = value(Keys.entranceID, in: section)
        let onUnknown = value(Keys.onUnknown, in: section)
        let onDead = value(Keys.onDead, in: section)
        let priority = value(Keys.priority, in: section)
        guard let id = value(Keys.journeyID, in: section) else { return nil }
        var journey = JourneySettings(name: entry.name, id: id, entranceID: entranceID)
        journey.onUnknown = onUnknown
        journey.onDead = onDead
        journey.priority = priority
        return journey
    }

    private mutating func add(
        duplicate entry: Section.Entry, of owner: Section.Entry, _ point: EntrancePoint, in section: Section
    ) {
        let entrance = point.entranceID.map { " with entrance \($0)" } ?? ""
        let other = section.path(of: ScalarText.shown(owner.name))
        problems.add(
            Complaint(
                "names journey \(point.id)\(entrance), as \(other) on line \(owner.position.line) does",
                "keep one name for it"),
            key: section.path(of: ScalarText.shown(entry.name)), at: entry.position)
    }
}
