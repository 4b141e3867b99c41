import COpenSSL
import Foundation
import Testing

/// A P-256 key and certificate made for one test, so that the repository holds no private key and nothing expires.
final class TestIdentity {
    let key: OpaquePointer
    let certificate: OpaquePointer

    /// - Parameter issuer: nil makes a self-signed certificate, which can also act as an authority.
    init(name: String, issuer: TestIdentity? = nil, serial: Int = 1, validFor seconds: Int = 86_400) throws {
        key = try Self.makeKey()
        certificate = try #require(X509_new())
        X509_set_version(certificate, 2)
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial)
        X509_gmtime_adj(X509_getm_notBefore(certificate), -60)
        X509_gmtime_adj(X509_getm_notAfter(certificate), seconds)
        X509_set_pubkey(certificate, key)
        let subject = X509_get_subject_name(certificate)
        X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, name, -1, -1, 0)
        X509_set_issuer_name(certificate, issuer.map { X509_get_subject_name($0.certificate) } ?? subject)
        try add(NID_basic_constraints, issuer == nil ? "critical,CA:TRUE" : "critical,CA:FALSE")
        try add(NID_subject_alt_name, "DNS:\(name)")
        try #require(X509_sign(certificate, issuer?.key ?? key, EVP_sha256()) > 0)
    }

    deinit {
        EVP_PKEY_free(key)
        X509_free(certificate)
    }

    private static func makeKey() throws -> OpaquePointer {
        let context = try #require(EVP_PKEY_CTX_new_from_name(nil, "EC", nil))
        defer { EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        EVP_PKEY_keygen_init(context)
        EVP_PKEY_CTX_set_group_name(context, "P-256")
        try #require(EVP_PKEY_generate(context, &key) == 1)
        return try #require(key)
    }

    private func add(_ nid: Int32, _ value: String) throws {
        let item = try #require(X509V3_EXT_conf_nid(nil, nil, nid, value))
        defer { X509_EXTENSION_free(item) }
        try #require(X509_add_ext(certificate, item, -1) == 1)
    }

    /// A list of the certificates that this authority has revoked, by their serial numbers.
    ///
    /// - Parameter seconds: how long the list counts; negative for one that is out of date.
    func revocationListPEM(of serials: [Int], validFor seconds: Int = 3600) throws -> String {
        let list = try #require(X509_CRL_new())
        defer { X509_CRL_free(list) }
        X509_CRL_set_version(list, 1)
        X509_CRL_set_issuer_name(list, X509_get_subject_name(certificate))
        let time = try #require(ASN1_TIME_new())
        defer { ASN1_TIME_free(time) }
        X509_gmtime_adj(time, -7200)
        X509_CRL_set1_lastUpdate(list, time)
        X509_gmtime_adj(time, seconds)
        X509_CRL_set1_nextUpdate(list, time)
        X509_gmtime_adj(time, -60)
        for serial in serials {
            let entry = X509_REVOKED_new()
            let number = ASN1_INTEGER_new()
            defer { ASN1_INTEGER_free(number) }
            ASN1_INTEGER_set(number, serial)
            X509_REVOKED_set_serialNumber(entry, number)
            X509_REVOKED_set_revocationDate(entry, time)
            X509_CRL_add0_revoked(list, entry)
        }
        X509_CRL_sort(list)
        try #require(X509_CRL_sign(list, key, EVP_sha256()) > 0)
        return Self.pem { PEM_write_bio_X509_CRL($0, list) }
    }

    var certificatePEM: String {
        Self.pem { PEM_write_bio_X509($0, certificate) }
    }

    var keyPEM: String {
        Self.pem { PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil) }
    }

    private static func pem(_ write: (OpaquePointer?) -> Int32) -> String {
        let bio = BIO_new(BIO_s_mem())
        defer { BIO_free(bio) }
        guard write(bio) == 1 else { return "" }
        var bytes = [UInt8](repeating: 0, count: 16_384)
        let count = BIO_read(bio, &bytes, Int32(bytes.count))
        return String(decoding: bytes.prefix(Int(max(0, count))), as: UTF8.self)
    }
}
