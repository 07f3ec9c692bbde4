import Delivery
import Foundation
import NIOHTTP1

/// What the API says of the journeys it has, asked without any effect.
public struct JourneyDirectory: Sendable {
    /// A journey as the API lists it.
    public struct ListedJourney: Sendable, Equatable, Decodable {
        public let id: Int64
        public let name: String
        /// `live`, `draft` or `off`; other words are passed on.
        public let status: String
    }

    public enum Listing: Sendable, Equatable {
        case listed([ListedJourney])
        case refused(status: Int, code: String?, message: String?)
        /// Nothing usable came back.
        case unreachable(reason: String)
    }

    public let outcome: Listing
    /// The API's own clock, as its latest answer gave it.
    public let date: WallTime?
    public let requestID: String?

    /// Pages read, at most: as many journeys as a configuration holds.
    static let pagesMax = 100
}

extension SpotzeeSender {
    private struct JourneyPage: Decodable {
        let results: [JourneyDirectory.ListedJourney]
        let nextCursor: String?
    }

    private struct ErrorBody: Decodable {
        let code: String?
        let message: String?
        let title: String?
    }

    /// Lists the journeys, page by page, under the current key.
    public func directory(url: String, version: String) async -> JourneyDirectory {
        guard let secret = keys.current else {
            return JourneyDirectory(outcome: .unreachable(reason: "no API key"), date: nil, requestID: nil)
        }
        let target = Target(url: url, journey: 0, entrance: nil, version: version)
        var entries: [JourneyDirectory.ListedJourney] = []
        var cursor: String?
        var last: Response?
        for _ in 0..<JourneyDirectory.pagesMax {
            let query = cursor.flatMap { $0.addingPercentEncoding(withAllowedCharacters: .alphanumerics) }
            let path = "\(url)/journeys?limit=100" + (query.map { "&cursor=\($0)" } ?? "")
            switch await execute(request(.GET, path, target, secret: secret)) {
            case .notSent(let reason), .silence(let reason):
                return JourneyDirectory(outcome: .unreachable(reason: reason), date: nil, requestID: nil)
            case .response(let response):
                last = response
                guard response.status == 200 else { return directory(refused: response) }
                do {
                    let page = try JSONDecoder().decode(JourneyPage.self, from: Data(response.body))
                    entries += page.results
                    cursor = page.nextCursor
                } catch {
                    return directory(response, .unreachable(reason: "the list of journeys cannot be read"))
                }
            }
            if cursor == nil { break }
        }
        return directory(last, .listed(entries))
    }

    private func directory(refused response: Response) -> JourneyDirectory {
        var refusal: ErrorBody?
        do {
            refusal = try JSONDecoder().decode(ErrorBody.self, from: Data(response.body))
        } catch {
            // Not the API's own words: the status has to do.
        }
        return directory(
            response,
            .refused(status: response.status, code: refusal?.code, message: refusal?.message ?? refusal?.title))
    }

    private func directory(_ response: Response?, _ outcome: JourneyDirectory.Listing) -> JourneyDirectory {
        JourneyDirectory(
            outcome: outcome, date: response?.date.flatMap(RetryAfter.httpDate), requestID: response?.requestID)
    }
}
