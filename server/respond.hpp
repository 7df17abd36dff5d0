// From a request to its answer: who may ask, which route, on which thread, and the header fields that every answer
// gets.
#pragma once

#include "server/site.hpp"

#include <type_traits>

namespace easel::server {

// Never throws for what a client sent.
net::awaitable<web::Response> respond(web::Request& request, Site& site);

// 403 where the request comes from another site's page, else nothing.
std::optional<web::Response> refuse(const web::Request& request, const Site& site);

// Adds what every answer gets, refusals included.
void complete(const web::Request& request, web::Response& response, const Site& site);

// Runs `work` on the pool and gives its result. What it throws is thrown here.
template <class Work>
net::awaitable<std::invoke_result_t<Work>> on_pool(Pool& pool, Work work) {
    using Result = std::invoke_result_t<Work>;
    auto start = [&pool, work = std::move(work)](auto handler) mutable {
        auto executor = net::get_associated_executor(handler);
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        pool.post([executor, shared, work = std::move(work)]() mutable {
            std::exception_ptr failure;
            std::optional<Result> result;
            try {
                result = work();
            } catch (...) {
                failure = std::current_exception();
            }
            net::post(executor, [shared, failure, result = std::move(result)]() mutable {
                (*shared)(failure, result ? std::move(*result) : Result{});
            });
        });
    };
    return net::async_initiate<const net::use_awaitable_t<>, void(std::exception_ptr, Result)>(std::move(start),
                                                                                               net::use_awaitable);
}

}  // namespace easel::server
