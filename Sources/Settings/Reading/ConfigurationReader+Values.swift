import Yams

extension ConfigurationReader {
    /// The value of a key, or its default when it is missing or wrong.
    mutating func value<Value>(_ key: Key<Value>, in section: Section) -> Value {
        guard let entry = section[key.name] else {
            if key.isRequired {
                problems.add(
                    Complaint("is missing", "add \(key.name): \(key.type.example)"),
                    key: section.path(of: key.name), at: section.position)
            }
            return key.standard
        }
        let path = section.path(of: key.name)
        guard let scalar = scalar(entry.value, expected: key.type.name, key: path) else { return key.standard }
        return parse(scalar, as: key.type, key: path, at: entry.value) ?? key.standard
    }

    /// Converts a scalar to a value; nil and a problem when it is not of this type.
    mutating func parse<Value>(
        _ scalar: ScalarText, as type: ValueType<Value>, key: String, at node: Node
    ) -> Value? {
        do {
            return try type.parse(scalar)
        } catch {
            problems.add(error, key: key, at: SourcePosition(node))
            return nil
        }
    }

    /// The text of a node that must be a non-empty scalar; nil and a problem when it is not.
    mutating func scalar(_ node: Node, expected: String, key: String) -> ScalarText? {
        guard case .scalar(let scalar) = node else {
            let found = node.mapping == nil ? "a list" : "a mapping"
            problems.add(
                Complaint("is \(found), not a \(expected)", "write one value"), key: key, at: SourcePosition(node))
            return nil
        }
        let text = ScalarText(document.text(of: scalar), isPlain: scalar.style == .plain)
        guard !text.isNull else {
            problems.add(
                Complaint("has no value", "write one or remove the key"), key: key, at: SourcePosition(node))
            return nil
        }
        return text
    }

    /// The value of `api.rate`, which is a list of rates or `unlimited`.
    mutating func rateLimits(in section: Section) -> [RateLimitSetting] {
        guard let entry = section[Keys.rate.name], case .sequence(let items) = entry.value else {
            return value(Keys.rate, in: section)
        }
        let countMax = ValueType<[RateLimitSetting]>.rateLimitsMax
        guard (1...countMax).contains(items.count) else {
            let complaint = Complaint("has \(items.count) rates", "give 1…\(countMax), or write unlimited")
            problems.add(complaint, key: Keys.rate.path, at: SourcePosition(entry.value))
            return []
        }
        var limits: [RateLimitSetting] = []
        for (index, item) in items.enumerated() {
            let key = "\(Keys.rate.path)[\(index)]"
            guard let scalar = scalar(item, expected: ValueType.rateLimit.name, key: key),
                let limit = parse(scalar, as: .rateLimit, key: key, at: item)
            else { continue }
            if limits.contains(where: { $0.window == limit.window }) {
                let window = DurationText.format(limit.window)
                problems.add(
                    Complaint("is a second rate for \(window)", "keep one"), key: key, at: SourcePosition(item))
            }
            limits.append(limit)
        }
        return limits
    }
}
