#include "web-api/http.hpp"

#include <gtest/gtest.h>

namespace easel::web {
namespace {

Router router_with(std::initializer_list<std::pair<const char*, const char*>> routes) {
    Router router;
    for (const auto& [method, pattern] : routes)
        router.add(method, pattern, [name = std::string(pattern)](const Request&) { return Response::text(name); });
    return router;
}

std::string answered_by(const Router& router, std::string_view method, std::string_view path) {
    const Router::Match match = router.find(method, path);
    return match.handler ? std::get<std::string>((*match.handler)({}).body) : "";
}

TEST(Router, MatchesSegmentsAndDecodesCapturesOnce) {
    const Router router = router_with({{"GET", "/userdata/{file}"}, {"POST", "/userdata/{file}/move/{dest}"}});
    EXPECT_EQ(router.find("GET", "/userdata/a%2Fb%2520c.json").captures, std::vector<std::string>{"a/b%20c.json"});
    EXPECT_EQ(router.find("POST", "/userdata/a/move/b%2Fc").captures, (std::vector<std::string>{"a", "b/c"}));
    EXPECT_EQ(answered_by(router, "GET", "/userdata/a/b"), "");
    EXPECT_EQ(answered_by(router, "GET", "/userdata/"), "");
}

TEST(Router, DecodesFixedSegments) {
    EXPECT_EQ(answered_by(router_with({{"GET", "/prompt"}}), "GET", "/pro%6Dpt"), "/prompt");
}

TEST(Router, AnswersUnderApiToo) {
    const Router router = router_with({{"GET", "/queue"}, {"GET", "/internal/logs"}, {"GET", "/api/jobs"}});
    EXPECT_EQ(answered_by(router, "GET", "/api/queue"), "/queue");
    EXPECT_EQ(answered_by(router, "GET", "/api/internal/logs"), "");
    EXPECT_EQ(answered_by(router, "GET", "/api/jobs"), "/api/jobs");
    EXPECT_EQ(answered_by(router, "GET", "/jobs"), "");
}

TEST(Router, GivesTheRestOfThePathToAStar) {
    const Router router = router_with({{"GET", "/preview/{kind}/{file:*}"}});
    EXPECT_EQ(router.find("GET", "/preview/loras/a/b%20c").captures, (std::vector<std::string>{"loras", "a/b c"}));
    EXPECT_EQ(router.find("GET", "/preview/loras/").captures, (std::vector<std::string>{"loras", ""}));
    EXPECT_EQ(answered_by(router, "GET", "/preview/loras"), "");
}

TEST(Router, FindsGetForHeadAndNamesOtherMethods) {
    const Router router = router_with({{"GET", "/prompt"}, {"POST", "/prompt"}});
    EXPECT_EQ(answered_by(router, "HEAD", "/prompt"), "/prompt");
    EXPECT_EQ(router.find("DELETE", "/prompt").allowed, (std::vector<std::string>{"GET", "HEAD", "POST"}));
    EXPECT_TRUE(router.find("DELETE", "/nothing").allowed.empty());
}

TEST(Request, ReadsTheTarget) {
    Request request;
    request.target = "/view%20x?filename=a+b%2Bc.png&flag&empty=&filename=second#part";
    parse_target(request);
    EXPECT_EQ(request.path, "/view x");
    EXPECT_EQ(request.parameter("filename"), "a b+c.png");
    EXPECT_EQ(request.parameter("flag"), "");
    EXPECT_EQ(request.parameter("empty"), "");
    EXPECT_EQ(request.parameter("absent"), std::nullopt);
}

TEST(Request, KeepsMalformedEscapes) { EXPECT_EQ(percent_decode("100%, %zz, %4"), "100%, %zz, %4"); }

TEST(ParseJson, RefusesWhatIsNotJsonAndWhatNestsTooDeep) {
    EXPECT_EQ(parse_json("{\"a\": [1, \"[[[\\\"\"]}")["a"][0], 1);
    EXPECT_THROW(parse_json("{nope"), HttpError);
    EXPECT_THROW(parse_json(""), HttpError);
    EXPECT_THROW(parse_json(std::string(100'000, '[') + std::string(100'000, ']')), HttpError);
    EXPECT_NO_THROW(parse_json(std::string(900, '[') + std::string(900, ']')));
}

TEST(Answer, TurnsExceptionsIntoAnswers) {
    auto status = [](auto thrower) {
        return answer(
                   [&](const Request&) -> Response {
                       thrower();
                       return {};
                   },
                   {})
            .status;
    };
    EXPECT_EQ(status([] { throw HttpError(413, "too much"); }), 413);
    EXPECT_EQ(status([] { throw UserError("wrong"); }), 400);
    EXPECT_EQ(status([] { (void)Json("text").at("member"); }), 400);
    EXPECT_EQ(status([] { throw std::runtime_error("broken"); }), 500);
}

}  // namespace
}  // namespace easel::web
