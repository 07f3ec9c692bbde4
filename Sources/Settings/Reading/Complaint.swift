/// What is wrong with a value and what to do, before it is known where it stands.
struct Complaint: Error, Equatable {
    let fault: String
    let remedy: String

    init(_ fault: String, _ remedy: String) {
        self.fault = fault
        self.remedy = remedy
    }
}
