#include "server/listener.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "server/http_session.hpp"

#include <netinet/tcp.h>

namespace easel::server {

namespace {

constexpr auto handshake_limit = std::chrono::seconds(15);

using OnlyV6 = net::detail::socket_option::boolean<IPPROTO_IPV6, IPV6_V6ONLY>;

// Finds connections whose other end is gone without a word.
void watch_for_silence(tcp::socket& socket) {
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    socket.set_option(net::socket_base::keep_alive(true), ignored);
    using Idle = net::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPIDLE>;
    using Interval = net::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPINTVL>;
    socket.set_option(Idle(60), ignored);
    socket.set_option(Interval(15), ignored);
}

std::unique_ptr<net::ssl::context> tls_context(const NetworkOptions& network) {
    if (!network.tls_key && !network.tls_certificate) return nullptr;
    if (!network.tls_key || !network.tls_certificate)
        throw UserError("TLS needs both --tls-keyfile and --tls-certfile");
    auto context = std::make_unique<net::ssl::context>(net::ssl::context::tls_server);
    context->set_options(net::ssl::context::default_workarounds | net::ssl::context::no_tlsv1 |
                         net::ssl::context::no_tlsv1_1);
    error_code failed;
    context->use_certificate_chain_file(network.tls_certificate->string(), failed);
    if (failed)
        throw UserError("cannot use --tls-certfile " + network.tls_certificate->string() + ": " + failed.message());
    context->use_private_key_file(network.tls_key->string(), net::ssl::context::pem, failed);
    if (failed) throw UserError("cannot use --tls-keyfile " + network.tls_key->string() + ": " + failed.message());
    return context;
}

net::awaitable<void> tls_session(tcp::socket socket, net::ssl::context& tls, std::string remote, Site& site) {
    TlsStream stream(PlainStream(std::move(socket)), tls);
    beast::get_lowest_layer(stream).expires_after(handshake_limit);
    auto [failed] = co_await stream.async_handshake(net::ssl::stream_base::server, as_result);
    if (!failed) co_await http_session(std::move(stream), std::move(remote), site);
}

// A session's failure is its own.
void report(const std::exception_ptr& failure) {
    if (!failure) return;
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& error) {
        logger("server")->error("a connection failed: {}", error.what());
    }
}

}  // namespace

Listener::Listener(net::io_context& io, Site& site) : io_(io), site_(site), tls_(tls_context(site.network)) {
    for (const std::string& address : site.network.listen)
        open(address);
}

void Listener::open(const std::string& address) {
    error_code failed;
    tcp::resolver resolver(io_);
    const auto found = resolver.resolve(address, std::to_string(site_.network.port),
                                        tcp::resolver::passive | tcp::resolver::numeric_service, failed);
    if (failed || found.empty()) throw UserError("--listen: " + address + " is no address of this machine");
    const tcp::endpoint endpoint = found.begin()->endpoint();
    tcp::acceptor acceptor(io_);
    acceptor.open(endpoint.protocol(), failed);
    if (!failed) acceptor.set_option(net::socket_base::reuse_address(true), failed);
    if (!failed && endpoint.address().is_v6()) acceptor.set_option(OnlyV6(true), failed);
    if (!failed) acceptor.bind(endpoint, failed);
    if (!failed) acceptor.listen(net::socket_base::max_listen_connections, failed);
    if (failed == net::error::address_in_use)
        throw UserError("port " + std::to_string(site_.network.port) + " of " + address +
                        " is in use; end the other program or choose another with --port");
    if (failed) throw UserError("cannot listen on " + address + ": " + failed.message());
    acceptors_.push_back(std::move(acceptor));
}

void Listener::start() {
    for (tcp::acceptor& acceptor : acceptors_)
        net::co_spawn(
            io_, [this, &acceptor] { return accept(acceptor); }, net::detached);
}

void Listener::stop() {
    error_code ignored;
    for (tcp::acceptor& acceptor : acceptors_)
        acceptor.close(ignored);
}

net::awaitable<void> Listener::accept(tcp::acceptor& acceptor) {
    while (acceptor.is_open()) {
        auto [failed, socket] = co_await acceptor.async_accept(as_result);
        if (failed == net::error::operation_aborted) co_return;
        if (failed) {
            // Out of file descriptors, most likely: others must end first.
            logger("server")->warn("cannot accept a connection: {}", failed.message());
            net::steady_timer pause(io_, std::chrono::milliseconds(100));
            co_await pause.async_wait(as_result);
            continue;
        }
        watch_for_silence(socket);
        error_code gone;
        const std::string remote = socket.remote_endpoint(gone).address().to_string();
        if (tls_)
            net::co_spawn(io_, tls_session(std::move(socket), *tls_, remote, site_), report);
        else
            net::co_spawn(io_, http_session(PlainStream(std::move(socket)), remote, site_), report);
    }
}

std::uint16_t Listener::port() const { return acceptors_.front().local_endpoint().port(); }

std::vector<std::string> Listener::addresses() const {
    std::vector<std::string> result;
    for (const tcp::acceptor& acceptor : acceptors_) {
        const tcp::endpoint endpoint = acceptor.local_endpoint();
        const std::string host = endpoint.address().to_string();
        result.push_back((tls_ ? "https://" : "http://") + (endpoint.address().is_v6() ? "[" + host + "]" : host) +
                         ":" + std::to_string(endpoint.port()));
    }
    return result;
}

}  // namespace easel::server
