#include "web-api/file_content.hpp"
#include "web-api/file_response.hpp"
#include "web-api/media_types.hpp"
#include "web-api/multipart.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

namespace easel::web {
namespace {

class FileResponse : public ::testing::Test {
protected:
    FileResponse()
        : path_(std::filesystem::temp_directory_path() / ("easel-file-" + std::to_string(::getpid()) + ".bin")) {
        replace_file(path_, std::string(200, 'x'));
    }
    ~FileResponse() override { std::filesystem::remove(path_); }

    Response get(std::vector<std::pair<std::string, std::string>> headers = {}) const {
        Request request;
        request.headers = std::move(headers);
        return file_response(request, path_);
    }
    Response range(const char* value) const { return get({{"range", value}}); }

    std::filesystem::path path_;
};

TEST_F(FileResponse, GivesTheWholeFile) {
    const Response response = get();
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(std::get<FileBody>(response.body).length, 200u);
    EXPECT_EQ(*response.header("content-type"), "application/octet-stream");
    EXPECT_EQ(*response.header("accept-ranges"), "bytes");
}

TEST_F(FileResponse, GivesRanges) {
    const Response middle = range("bytes=10-19");
    EXPECT_EQ(middle.status, 206);
    EXPECT_EQ(*middle.header("content-range"), "bytes 10-19/200");
    EXPECT_EQ(std::get<FileBody>(middle.body).offset, 10u);
    EXPECT_EQ(std::get<FileBody>(middle.body).length, 10u);
    EXPECT_EQ(*range("bytes=190-").header("content-range"), "bytes 190-199/200");
    EXPECT_EQ(*range("bytes=-5").header("content-range"), "bytes 195-199/200");
    EXPECT_EQ(*range("bytes=150-900").header("content-range"), "bytes 150-199/200");
}

TEST_F(FileResponse, RefusesRangesOutsideOfTheFile) {
    for (const char* bad : {"bytes=500-600", "bytes=9-5", "bytes=-", "lines=1-2", "bytes=a-b", "bytes=1-2,5-6"}) {
        EXPECT_EQ(range(bad).status, 416) << bad;
        EXPECT_EQ(*range(bad).header("content-range"), "bytes */200");
    }
}

TEST_F(FileResponse, AnswersConditionalRequests) {
    const Response first = get();
    const std::string tag = *first.header("etag"), date = *first.header("last-modified");
    EXPECT_EQ(get({{"if-none-match", tag}}).status, 304);
    EXPECT_EQ(get({{"if-none-match", "\"other\""}}).status, 200);
    EXPECT_EQ(get({{"if-modified-since", date}}).status, 304);
    EXPECT_EQ(get({{"if-modified-since", "Mon, 01 Jan 2001 00:00:00 GMT"}}).status, 200);
    EXPECT_EQ(get({{"if-match", "\"other\""}}).status, 412);
    EXPECT_EQ(get({{"range", "bytes=0-1"}, {"if-range", "\"other\""}}).status, 200);
    EXPECT_EQ(get({{"range", "bytes=0-1"}, {"if-range", tag}}).status, 206);
}

TEST_F(FileResponse, IsNotFoundForFoldersAndMissingFiles) {
    EXPECT_EQ(file_response({}, path_.parent_path()).status, 404);
    EXPECT_EQ(file_response({}, "/no/such/file").status, 404);
}

TEST(MediaTypes, KnowActiveContent) {
    for (const char* name : {"p.html", "p.js", "P.CSS", "p.svg", "p.xml", "p.xhtml"})
        EXPECT_TRUE(is_active_content(guess_content_type(name).value_or(""))) << name;
    for (const char* name : {"p.png", "p.json", "p.md", "p.txt"})
        EXPECT_FALSE(is_active_content(guess_content_type(name).value())) << name;
    EXPECT_FALSE(guess_content_type("p.strangeext"));
    EXPECT_FALSE(guess_content_type(".png"));
    EXPECT_TRUE(is_active_content("TEXT/HTML; charset=utf-8"));
}

TEST(Below, StaysInTheFolder) {
    EXPECT_EQ(below("/a/b", "c/./d"), "/a/b/c/d");
    EXPECT_EQ(below("/a/b", ""), "/a/b");
    EXPECT_EQ(below("/a/b", "c/.."), "/a/b");
    for (const char* bad : {"..", "../bc", "c/../../d", "/etc/passwd"})
        EXPECT_FALSE(below("/a/b", bad)) << bad;
    EXPECT_FALSE(below("/a/b", std::string_view("c\0d", 3)));
}

TEST(SplitAnnotation, TakesTheMarkAndTheBlankBeforeIt) {
    EXPECT_EQ(split_annotation("a b.png [input]").name, "a b.png");
    EXPECT_EQ(split_annotation("a b.png [input]").directory, "input");
    EXPECT_EQ(split_annotation("[output]").name, "");
    EXPECT_FALSE(split_annotation("a.png").directory);
}

Request form_request(std::string body) {
    Request request;
    request.headers = {{"content-type", "multipart/form-data; boundary=\"b1\""}};
    request.body = std::move(body);
    return request;
}

TEST(Form, ReadsFieldsAndFiles) {
    const Request request =
        form_request("--b1\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a \\\"b\\\".png\"\r\n"
                     "Content-Type: image/png\r\n\r\nline\r\n--b\r\n\r\n--b1\r\n"
                     "content-disposition: form-data; name=type\r\n\r\n\r\n--b1--\r\n");
    const Form form(request);
    ASSERT_TRUE(form.find("image"));
    EXPECT_EQ(form.find("image")->file_name, "a \"b\".png");
    EXPECT_EQ(form.find("image")->content, "line\r\n--b\r\n");
    EXPECT_EQ(form.text("type"), "");
    EXPECT_FALSE(form.text("image"));
    EXPECT_FALSE(form.find("absent"));
}

TEST(Form, PrefersTheExtendedFileName) {
    const Request request = form_request("--b1\r\nContent-Disposition: form-data; name=\"image\"; filename=\"x\"; "
                                         "filename*=UTF-8''gr%C3%BC%C3%9Fe.png\r\n\r\n\r\n--b1--");
    EXPECT_EQ(Form(request).find("image")->file_name, "grüße.png");
}

TEST(Form, RefusesWhatIsCutOff) {
    EXPECT_THROW(Form(form_request("--b1\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\ncontent")), HttpError);
    EXPECT_THROW(Form(form_request("--b1\r\nContent-Disposition: form-data")), HttpError);
    EXPECT_THROW(Form(form_request("")), HttpError);
    EXPECT_THROW(Form(form_request("--b1")), HttpError);
    EXPECT_FALSE(Form(Request{}).find("image"));
}

}  // namespace
}  // namespace easel::web
