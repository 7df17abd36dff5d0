// HTTPS and WSS with a certificate that signs itself, as --tls-keyfile and --tls-certfile give it.
#include "base/error.hpp"
#include "server/net.hpp"
#include "tests/support/server/test_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>

namespace easel::server {
namespace {

using namespace server::testing;
using ::testing::HasSubstr;

namespace fs = std::filesystem;

struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

// A fresh key with its certificate, in a folder that goes with it.
class Identity {
public:
    Identity() {
        std::string pattern = (fs::temp_directory_path() / "easel-tls-XXXXXX").string();
        folder_ = mkdtemp(pattern.data());
        const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
        const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
        ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
        X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
        X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
        X509_set_pubkey(certificate.get(), key.get());
        X509_NAME* name = X509_get_subject_name(certificate.get());
        const auto* host = reinterpret_cast<const unsigned char*>("localhost");
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, host, -1, -1, 0);
        X509_set_issuer_name(certificate.get(), name);
        X509_sign(certificate.get(), key.get(), EVP_sha256());
        PEM_write_X509(File(std::fopen(certificate_file().c_str(), "w")).get(), certificate.get());
        PEM_write_PrivateKey(File(std::fopen(key_file().c_str(), "w")).get(), key.get(), nullptr, nullptr, 0, nullptr,
                             nullptr);
    }
    ~Identity() { fs::remove_all(folder_); }
    Identity(const Identity&) = delete;
    Identity& operator=(const Identity&) = delete;

    std::string certificate_file() const { return folder_ / "cert.pem"; }
    std::string key_file() const { return folder_ / "key.pem"; }

private:
    fs::path folder_;
};

class TlsTest : public ::testing::Test {
protected:
    using Stream = net::ssl::stream<tcp::socket>;

    TlsTest() {
        trust_.set_verify_mode(net::ssl::verify_peer);
        trust_.load_verify_file(identity_.certificate_file());
    }

    template <class Layered>
    void connect(Layered& stream) {
        beast::get_lowest_layer(stream).connect({net::ip::make_address("127.0.0.1"), server_.port()});
    }

    Json ask(http::verb verb, const std::string& target, const std::string& body = "") {
        Stream stream(io_, trust_);
        connect(stream);
        stream.handshake(net::ssl::stream_base::client);
        http::request<http::string_body> request(verb, target, 11, body);
        request.set(http::field::host, "localhost");
        request.prepare_payload();
        http::write(stream, request);
        beast::flat_buffer buffer;
        http::response<http::string_body> response;
        http::read(stream, buffer, response);
        EXPECT_EQ(response.result_int(), 200U);
        return Json::parse(response.body());
    }

    Identity identity_;
    TestServer server_{[this](Options& options) {
        options.network.tls_certificate = identity_.certificate_file();
        options.network.tls_key = identity_.key_file();
    }};
    net::io_context io_;
    net::ssl::context trust_{net::ssl::context::tls_client};
};

TEST_F(TlsTest, BringsAPromptsEventsOverAnEncryptedSocket) {
    websocket::stream<Stream> socket(io_, trust_);
    connect(socket);
    socket.next_layer().handshake(net::ssl::stream_base::client);
    socket.handshake("localhost", "/ws?clientId=me");
    const std::string id = ask(http::verb::post, "/prompt", prompt_body("Say", "hi", "me"))["prompt_id"];

    std::vector<std::string> types;
    while (types.empty() || types.back() != "execution_success") {
        beast::flat_buffer buffer;
        socket.read(buffer);
        types.push_back(Json::parse(beast::buffers_to_string(buffer.data()))["type"]);
        ASSERT_LT(types.size(), 20U);
    }
    EXPECT_THAT(types, ::testing::Contains("executed"));
    EXPECT_TRUE(ask(http::verb::get, "/prompt").contains("exec_info"));
    socket.close(websocket::close_code::normal);
}

TEST_F(TlsTest, OutlivesClientsThatDoNotEncrypt) {
    const std::string plain = "GET /prompt HTTP/1.1\r\nHost: localhost\r\n\r\n";
    EXPECT_EQ(exchange(server_.port(), plain).find("queue_remaining"), std::string::npos);
    EXPECT_EQ(ask(http::verb::get, "/prompt")["exec_info"]["queue_remaining"], 0);
}

TEST_F(TlsTest, IsNotTrustedByThoseWhoDoNotKnowTheCertificate) {
    net::ssl::context strangers(net::ssl::context::tls_client);
    strangers.set_verify_mode(net::ssl::verify_peer);
    Stream stream(io_, strangers);
    connect(stream);
    EXPECT_THROW(stream.handshake(net::ssl::stream_base::client), boost::system::system_error);
}

TEST(Tls, NeedsKeyAndCertificate) {
    const Identity identity;
    EXPECT_THROW(TestServer([&](Options& options) { options.network.tls_key = identity.key_file(); }), UserError);
    try {
        TestServer([&](Options& options) {
            options.network.tls_key = identity.key_file();
            options.network.tls_certificate = "/no/such/cert.pem";
        });
        ADD_FAILURE() << "a certificate that is not there was accepted";
    } catch (const UserError& error) {
        EXPECT_THAT(error.what(), HasSubstr("--tls-certfile /no/such/cert.pem"));
    }
}

}  // namespace
}  // namespace easel::server
