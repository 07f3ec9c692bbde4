import Delivery
import Foundation
import NIOHTTP1

/// The journeys of the project, as the API lists them. Reading the list has no side effect.
///
/// Source: Spotzee API reference, `GET /journeys`.
public struct JourneyDirectory: Sendable {
    /// One journey in the list.
    public struct ListedJourney: Sendable, Equatable, Decodable {
        public let id: Int64
        public let name: String
        /// `live`, `draft` or `off`. Other values are passed on unchanged.
        public let status: String
    }

    /// The result of reading the list.
    public enum Listing: Sendable, Equatable {
        /// All pages were read, or `pagesMax` of them.
        case listed([ListedJourney])
        /// The API answered with another status than 200. `code` and `message` are those of its problem document.
        case refused(status: Int, code: String?, message: String?)
        /// No usable answer came.
        case unreachable(reason: String)
    }

    public let outcome: Listing
    /// The time of the API's clock in its last answer; nil when it gave none.
    public let date: WallTime?
    /// The request id of the last answer.
    public let requestID: String?

    /// The most pages to read. Together they list as many journeys as a configuration may contain.
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

    /// Reads the list of journeys page by page, with the current API key.
    ///
    /// - Parameters:
    ///   - url: the base URL without a trailing slash.
    ///   - version: the value of `Spotzee-Version`.
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
            // The body is no problem document, so only the status is known.
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
