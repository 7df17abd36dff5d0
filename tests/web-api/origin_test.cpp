#include "web-api/origin.hpp"

#include <gtest/gtest.h>

namespace easel::web {
namespace {

bool is_refused(std::vector<std::pair<std::string, std::string>> headers) {
    Request request;
    request.headers = std::move(headers);
    return refuse_cross_site(request).has_value();
}

bool is_refused(const char* host, const char* origin) { return is_refused({{"host", host}, {"origin", origin}}); }

std::string cache_control(const char* path, int status) {
    Request request;
    request.path = path;
    Response response = Response::empty(status);
    add_cache_headers(request, response);
    const std::string* value = response.header("cache-control");
    return value ? *value : "";
}

TEST(Origin, RefusesForeignPagesOnALoopbackHost) {
    EXPECT_TRUE(is_refused("127.0.0.1:8188", "http://evil.example"));
    EXPECT_TRUE(is_refused("127.0.0.1:8188", "https://evil.example:8188"));
    EXPECT_TRUE(is_refused("127.0.0.1:8188", "http://127.0.0.1:1"));
    EXPECT_TRUE(is_refused("localhost:8188", "http://evil.example:8188"));
    EXPECT_TRUE(is_refused("[::1]:8188", "http://evil.example"));
}

TEST(Origin, AcceptsItsOwnPages) {
    EXPECT_FALSE(is_refused("127.0.0.1:8188", "http://127.0.0.1:8188"));
    EXPECT_FALSE(is_refused("LOCALHOST:8188", "http://localhost:8188"));
    EXPECT_FALSE(is_refused("[::1]:8188", "http://[::1]:8188"));
}

TEST(Origin, IgnoresAPortThatOneSideLacks) {
    EXPECT_FALSE(is_refused("localhost:8188", "http://localhost"));
    EXPECT_FALSE(is_refused("localhost", "http://localhost:3000"));
}

TEST(Origin, LeavesOtherHostsToTheirOwners) {
    EXPECT_FALSE(is_refused("studio.example:8188", "http://elsewhere.example"));
    EXPECT_FALSE(is_refused("127.0.0.1:8188", "null"));
    EXPECT_FALSE(is_refused({{"host", "127.0.0.1:8188"}}));
}

TEST(Origin, RefusesCrossSiteFetches) {
    EXPECT_TRUE(is_refused({{"sec-fetch-site", "cross-site"}}));
    for (const char* site : {"same-origin", "same-site", "none"})
        EXPECT_FALSE(is_refused({{"sec-fetch-site", site}}));
}

TEST(CacheHeaders, FollowTheSuffix) {
    EXPECT_EQ(cache_control("/scripts/none.js", 404), "no-store");
    EXPECT_EQ(cache_control("/none.css", 404), "no-store");
    EXPECT_EQ(cache_control("/templates/index.json", 200), "no-store");
    EXPECT_EQ(cache_control("/templates/other.json", 200), "");
    EXPECT_EQ(cache_control("/logo.PNG", 200), "public, max-age=86400");
    EXPECT_EQ(cache_control("/none.png", 404), "public, max-age=86400");
    EXPECT_EQ(cache_control("/logo.png", 304), "");
    EXPECT_EQ(cache_control("/prompt", 200), "");
}

TEST(CacheHeaders, LeaveWhatTheRouteSet) {
    Request request;
    request.path = "/index.js";
    Response response = Response::empty();
    response.with("Cache-Control", "private");
    add_cache_headers(request, response);
    EXPECT_EQ(*response.header("Cache-Control"), "private");
}

}  // namespace
}  // namespace easel::web
