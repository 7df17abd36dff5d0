// The routes as clients use them, on a store in memory and a folder of their own.
#include "web-api/api.hpp"
#include "web-api/file_content.hpp"
#include "web-api/picture.hpp"

#include <gtest/gtest.h>
#include <opencv2/imgcodecs.hpp>

#include <filesystem>
#include <unistd.h>

namespace easel::web {
namespace {

struct Number {
    std::int64_t value = 0;
    static void declare(graph::Schema& s) { s.in("value", &Number::value).range(0, 100); }
    std::int64_t execute() const { return value; }
};

struct Show {
    std::int64_t source = 0;
    static void declare(graph::Schema& s) {
        s.output_node = true;
        s.in("source", &Show::source);
    }
    std::int64_t execute() const { return source; }
};

constexpr const char* good_prompt =
    R"({"1":{"class_type":"Number","inputs":{"value":"24"}},"2":{"class_type":"Show","inputs":{"source":["1",0]}}})";
constexpr const char* an_id = "0f8fad5b-d9cb-469f-a165-70867728950e";

class Api : public ::testing::Test {
protected:
    Api() {
        registry.add<Number>("Number");
        registry.add<Show>("Show");
        for (const auto* folder : {&folders.roots().input, &folders.roots().output, &folders.roots().temp})
            std::filesystem::create_directories(*folder);
        add_routes(router, api);
    }
    ~Api() override { std::filesystem::remove_all(root); }

    Response send(std::string method, std::string target, std::string body = "",
                  std::vector<std::pair<std::string, std::string>> headers = {}) {
        Request request{.method = std::move(method),
                        .target = std::move(target),
                        .path = {},
                        .query = {},
                        .headers = std::move(headers),
                        .captures = {},
                        .body = std::move(body),
                        .remote_address = {}};
        parse_target(request);
        Router::Match match = router.find(request.method, request.target);
        if (!match.handler) return match.allowed.empty() ? not_found() : method_not_allowed(match.allowed);
        request.captures = std::move(match.captures);
        Response response = answer(*match.handler, request);
        if (response.after_sent) response.after_sent();
        return response;
    }
    static Json json(const Response& response) { return Json::parse(std::get<std::string>(response.body)); }
    Json get(const std::string& target) { return json(send("GET", target)); }

    Response post_prompt(Json members = Json::object()) {
        Json body = {{"prompt", Json::parse(good_prompt)}};
        body.update(members);
        return send("POST", "/prompt", body.dump());
    }
    Response upload(const std::string& name, const std::string& content, const std::string& fields = "",
                    const char* route = "/upload/image") {
        const std::string body = "--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"" + name +
                                 "\"\r\n\r\n" + content + "\r\n" + fields + "--b--\r\n";
        return send("POST", route, body, {{"content-type", "multipart/form-data; boundary=b"}});
    }
    static std::string field(const std::string& name, const std::string& value) {
        return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
    }
    void run_next(graph::JobResult result = {}) {
        const auto job = jobs->claim(std::chrono::milliseconds(0), {});
        ASSERT_TRUE(job);
        jobs->finish(job->id, std::move(result));
    }

    std::filesystem::path root = std::filesystem::temp_directory_path() / ("easel-api-" + std::to_string(::getpid()));
    Options options;
    Folders folders{Folders::Roots{.base = root}};
    graph::Registry registry;
    graph::Services services;
    std::unique_ptr<graph::JobStore> jobs = graph::open_sqlite_job_store(":memory:", 100);
    std::vector<std::optional<std::string>> interrupts;
    web::Api api{.options = options,
                 .folders = folders,
                 .registry = registry,
                 .services = services,
                 .jobs = *jobs,
                 .interrupt = [this](const std::optional<std::string>& id) { interrupts.push_back(id); },
                 .free = [](bool, bool) {},
                 .devices = [] { return Json::array(); }};
    Router router;
};

TEST_F(Api, QueuesAValidPromptAsConverted) {
    const Json answer =
        json(post_prompt({{"client_id", "me"}, {"extra_data", {{"api_key_comfy_org", "key"}, {"kept", 1}}}}));
    EXPECT_EQ(answer["number"], 0);
    EXPECT_EQ(answer["node_errors"], Json::object());
    const Json queue = get("/queue");
    ASSERT_EQ(queue["queue_pending"].size(), 1u);
    const Json& item = queue["queue_pending"][0];
    EXPECT_EQ(item[1], answer["prompt_id"]);
    EXPECT_EQ(item[2]["1"]["inputs"]["value"], 24);
    EXPECT_EQ(item[3]["client_id"], "me");
    EXPECT_EQ(item[3]["kept"], 1);
    EXPECT_FALSE(item[3].contains("api_key_comfy_org"));
    EXPECT_EQ(item[4], Json::array({"2"}));
    EXPECT_EQ(jobs->find_active(answer["prompt_id"])->sensitive["api_key_comfy_org"], "key");
    EXPECT_EQ(get("/prompt"), Json::parse(R"({"exec_info":{"queue_remaining":1}})"));
}

TEST_F(Api, LeavesAJobAloneUntilItsAnswerIsSent) {
    Request request{.method = "POST",
                    .target = "/prompt",
                    .path = "/prompt",
                    .query = {},
                    .headers = {},
                    .captures = {},
                    .body = std::string(R"({"prompt":)") + good_prompt + "}",
                    .remote_address = {}};
    Response response = answer(*router.find("POST", "/prompt").handler, request);
    EXPECT_EQ(response.status, 200);
    EXPECT_FALSE(jobs->claim(std::chrono::milliseconds(0), {}));
    response.after_sent();
    EXPECT_TRUE(jobs->claim(std::chrono::milliseconds(0), {}));
}

TEST_F(Api, NumbersPromptsAsTheReferenceDoes) {
    EXPECT_EQ(json(post_prompt())["number"], 0);
    EXPECT_EQ(json(post_prompt({{"front", true}}))["number"], -1);
    EXPECT_EQ(json(post_prompt({{"number", 7.5}, {"front", true}}))["number"], 7.5);
    EXPECT_EQ(send("POST", "/prompt", "{}").status, 400);
    EXPECT_EQ(json(post_prompt())["number"], 3) << "a refused prompt uses up a number, an explicit number does not";
    EXPECT_EQ(post_prompt({{"number", "x"}}).status, 400);
    EXPECT_EQ(json(post_prompt({{"number", " 5 "}}))["number"], 5);
}

TEST_F(Api, FindsNoMembersInListsAndTexts) {
    for (const char* body : {"[]", "\"x\""}) {
        EXPECT_EQ(json(send("POST", "/prompt", body))["error"]["type"], "no_prompt");
        EXPECT_EQ(send("POST", "/queue", body).status, 200);
        EXPECT_EQ(send("POST", "/history", body).status, 200);
    }
    EXPECT_EQ(send("POST", "/queue", "5").status, 400);
}

TEST_F(Api, TakesNumbersBeyondItsOwnRange) {
    EXPECT_EQ(send("GET", "/history?max_items=99999999999").status, 200);
    EXPECT_EQ(send("GET", "/api/jobs?limit=99999999999&offset=-99999999999").status, 200);
    EXPECT_EQ(send("GET", "/history?max_items=1x").status, 400);
}

TEST_F(Api, RefusesPromptsWithTheReferencesErrors) {
    const Response none = send("POST", "/prompt", R"({"client_id":"x"})");
    EXPECT_EQ(none.status, 400);
    EXPECT_EQ(json(none),
              Json::parse(R"({"error":{"type":"no_prompt","message":"No prompt provided","details":"No prompt provided",
                                          "extra_info":{}},"node_errors":{}})"));
    for (const Json& bad : {Json("not-a-uuid"), Json(""), Json(7), Json("0F8FAD5B-D9CB-469F-A165-70867728950E")}) {
        const Response refused = post_prompt({{"prompt_id", bad}});
        EXPECT_EQ(refused.status, 400);
        EXPECT_EQ(json(refused)["error"]["type"], "invalid_prompt_id");
    }
    EXPECT_EQ(json(post_prompt({{"prompt_id", an_id}}))["prompt_id"], an_id);
    EXPECT_EQ(json(post_prompt({{"partial_execution_targets", Json::array()}}))["error"]["type"], "prompt_no_outputs");
    EXPECT_EQ(send("POST", "/prompt", "{nope").status, 400);
    EXPECT_EQ(send("POST", "/prompt", R"({"prompt":)" + std::string(100'000, '[')).status, 400);
    EXPECT_EQ(jobs->pending_count(), 1u);
}

TEST_F(Api, ListsAndDescribesJobs) {
    const std::string failed =
        json(post_prompt({{"extra_data", {{"extra_pnginfo", {{"workflow", {{"id", "w"}}}}}}}}))["prompt_id"];
    graph::JobResult error;
    error.status = graph::JobStatus::error;
    error.messages = {{"execution_start", {{"timestamp", 10}}},
                      {"execution_error", {{"node_id", "1"}, {"timestamp", 30}}}};
    run_next(error);
    const std::string waiting = json(post_prompt())["prompt_id"];
    const Json list = get("/api/jobs?sort_order=asc");
    EXPECT_EQ(list["pagination"], Json::parse(R"({"offset":0,"limit":null,"total":2,"has_more":false})"));
    const Json page = get("/api/jobs?status=failed,%20PENDING&limit=1");
    EXPECT_EQ(page["jobs"].size(), 1u);
    EXPECT_EQ(page["pagination"]["has_more"], true);
    const Json only = get("/api/jobs?workflow_id=w")["jobs"];
    ASSERT_EQ(only.size(), 1u);
    EXPECT_EQ(only[0]["status"], "failed");
    EXPECT_EQ(only[0]["execution_error"]["node_id"], "1");
    EXPECT_EQ(only[0]["execution_end_time"], 30);
    const Json one = get("/api/jobs/" + failed);
    EXPECT_EQ(one["workflow"]["prompt"]["1"]["inputs"]["value"], 24);
    EXPECT_EQ(one["execution_status"]["completed"], false);
    EXPECT_EQ(get("/api/jobs/" + waiting)["status"], "pending");
    EXPECT_EQ(send("GET", std::string("/api/jobs/") + an_id).status, 404);
    EXPECT_EQ(json(send("GET", "/api/jobs?status=odd"))["error"],
              "Invalid status value(s): odd. Valid values: pending, in_progress, completed, failed, cancelled");
}

TEST_F(Api, CancelsPendingAndRunningJobs) {
    const std::string running = json(post_prompt())["prompt_id"];
    ASSERT_TRUE(jobs->claim(std::chrono::milliseconds(0), {}));
    const std::string waiting = json(post_prompt())["prompt_id"];
    EXPECT_EQ(json(send("POST", "/api/jobs/" + waiting + "/cancel"))["cancelled"], true);
    EXPECT_EQ(json(send("POST", "/api/jobs/" + waiting + "/cancel"))["cancelled"], false);
    EXPECT_EQ(json(send("POST", "/api/jobs/cancel", Json({{"job_ids", {running}}}).dump()))["cancelled"], true);
    EXPECT_EQ(interrupts, std::vector<std::optional<std::string>>{running});
    EXPECT_EQ(json(send("POST", "/api/jobs/cancel", R"({"job_ids":["x",7]})"))["invalid_ids"], Json::array({"x", "7"}));
}

TEST_F(Api, InterruptsWhateverRunsWhenNoPromptIsNamed) {
    for (const char* body : {"", "{}", "junk", "[1]", R"({"prompt_id":""})"})
        EXPECT_EQ(send("POST", "/interrupt", body).status, 200);
    EXPECT_EQ(interrupts, std::vector<std::optional<std::string>>(5));
}

TEST_F(Api, RenamesUploadsUnlessTheyAreTheSame) {
    EXPECT_EQ(json(upload("a.bin", "one")), Json::parse(R"({"name":"a.bin","subfolder":"","type":"input"})"));
    EXPECT_EQ(json(upload("a.bin", "two"))["name"], "a (1).bin");
    EXPECT_EQ(json(upload("a.bin", "two"))["name"], "a (1).bin");
    EXPECT_EQ(json(upload("a.bin", "one"))["name"], "a.bin");
    EXPECT_EQ(json(upload("a.bin", "three", field("overwrite", "yes")))["name"], "a (2).bin");
    EXPECT_EQ(json(upload("a.bin", "new", field("overwrite", "1")))["name"], "a.bin");
    EXPECT_EQ(json(upload("a.bin", "x", field("subfolder", "s/t") + field("type", "temp")))["type"], "temp");
    for (const char* bad : {"../..", "../outside", "a/../../.."})
        EXPECT_EQ(upload("b.bin", "x", field("subfolder", bad)).status, 400) << bad;
    EXPECT_EQ(upload("../b.bin", "x").status, 400);
    EXPECT_EQ(upload("b.bin", "x", field("type", "nowhere")).status, 400);
}

TEST_F(Api, MergesAMaskIntoItsPicture) {
    const auto png = [](const cv::Mat& pixels) {
        std::vector<unsigned char> bytes;
        cv::imencode(".png", pixels, bytes);
        return std::string(bytes.begin(), bytes.end());
    };
    upload("o.png", png(cv::Mat(4, 4, CV_8UC3, cv::Scalar(50, 100, 200))));
    const std::string mask = png(cv::Mat(4, 4, CV_8UC4, cv::Scalar(0, 0, 0, 77)));
    const std::string fields = field("original_ref", R"({"filename":"o.png","type":"input","subfolder":""})");
    EXPECT_EQ(upload("m.png", mask, fields, "/upload/mask").status, 200);
    const cv::Mat merged = read_picture(read_file(folders.roots().input / "m.png")).pixels;
    EXPECT_EQ(merged.at<cv::Vec4b>(0, 0), cv::Vec4b(50, 100, 200, 77));
    EXPECT_EQ(upload("n.png", "no picture", fields, "/upload/mask").status, 400);
    EXPECT_FALSE(std::filesystem::exists(folders.roots().input / "n.png"));
}

TEST_F(Api, ViewsFilesAndRefusesPathsThatLeave) {
    upload("a.svg", "<svg/>");
    const Response page = send("GET", "/view?filename=a.svg&type=input");
    EXPECT_EQ(*page.header("content-type"), "application/octet-stream");
    EXPECT_EQ(*page.header("content-disposition"), "attachment; filename=\"a.svg\"");
    const Response image = send("GET", "/view?filename=a.svg&type=input", "", {{"sec-fetch-dest", "image"}});
    EXPECT_EQ(*image.header("content-type"), "image/svg+xml");
    EXPECT_EQ(send("GET", "/view?filename=a.svg%20[input]").status, 200);
    EXPECT_EQ(send("GET", "/view?filename=a.svg%20[output]&type=input").status, 404);
    const std::pair<const char*, int> refusals[] = {{"", 404},
                                                    {"?filename=", 400},
                                                    {"?filename=a.png&type=nowhere", 400},
                                                    {"?filename=/etc/passwd", 400},
                                                    {"?filename=a..png", 400},
                                                    {"?filename=passwd&subfolder=../../etc", 403},
                                                    {"?filename=passwd&subfolder=/etc", 403},
                                                    {"?filename=a%00.png", 400}};
    for (const auto& [query, status] : refusals)
        EXPECT_EQ(send("GET", std::string("/view") + query).status, status) << query;
    EXPECT_EQ(send("GET", "/view?filename=a.svg&type=input&preview=webp").status, 400) << "not a picture";
}

TEST_F(Api, KeepsSettings) {
    EXPECT_EQ(get("/settings"), Json::object());
    EXPECT_EQ(send("POST", "/settings", R"({"a":{"x":1},"b":2})").status, 200);
    EXPECT_EQ(send("POST", "/settings", R"({"a":{"y":2}})").status, 200);
    EXPECT_EQ(send("POST", "/settings/c.d", "null").status, 200);
    EXPECT_EQ(get("/settings"), Json::parse(R"({"a":{"y":2},"b":2,"c.d":null})"));
    EXPECT_EQ(get("/settings/none"), nullptr);
    EXPECT_EQ(send("POST", "/settings", "[1]").status, 400);
}

TEST_F(Api, KeepsUserFiles) {
    EXPECT_EQ(json(send("POST", "/userdata/w%2Fa%20b.json", "{}")), "w/a b.json");
    EXPECT_EQ(send("POST", "/userdata/w%2Fa%20b.json?overwrite=false", "{}").status, 409);
    EXPECT_EQ(get("/userdata?dir=w&split=true"), Json::parse(R"([["a b.json","a b.json"]])"));
    EXPECT_EQ(get("/v2/userdata?path=w")[0]["path"], "w/a b.json");
    EXPECT_EQ(json(send("POST", "/userdata/w%2Fa%20b.json/move/c.json")), "c.json");
    EXPECT_EQ(send("DELETE", "/userdata/c.json").status, 204);
    EXPECT_EQ(send("GET", "/userdata/c.json").status, 404);
    for (const char* bad : {"..%2Fevil", "a%2F..%2F..%2Fevil", "%2Fetc%2Fpasswd", "%252e%252e%2Fevil"})
        EXPECT_EQ(send("POST", std::string("/userdata/") + bad, "x").status, 403) << bad;
}

TEST_F(Api, SurvivesDeepJsonInUsersFiles) {
    send("POST", "/userdata/comfy.settings.json",
         R"({"a":)" + std::string(200'000, '[') + std::string(200'000, ']') + "}");
    EXPECT_EQ(get("/settings"), Json::object());
}

TEST_F(Api, DescribesNodes) {
    EXPECT_EQ(get("/object_info/Nothing"), Json::object());
    EXPECT_EQ(get("/object_info/Number")["Number"], get("/object_info")["Number"]);
}

}  // namespace
}  // namespace easel::web
