import Crypto

/// SHA-256 digests in lower-case hexadecimal.
enum Digest {
    private static let digits = Array("0123456789abcdef".utf8)

    static func sha256(_ bytes: some Collection<UInt8>) -> String {
        var hash = SHA256()
        if bytes.withContiguousStorageIfAvailable({ hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }) == nil {
            hash.update(data: Array(bytes))
        }
        var letters: [UInt8] = []
        letters.reserveCapacity(64)
        for byte in hash.finalize() {
            letters.append(digits[Int(byte >> 4)])
            letters.append(digits[Int(byte & 15)])
        }
        return String(decoding: letters, as: UTF8.self)
    }

    /// The first 12 digits of a key's digest. They distinguish keys and do not reveal the key.
    static func fingerprint(_ apiKey: String) -> String {
        String(sha256(Array(apiKey.utf8)).prefix(12))
    }
}
