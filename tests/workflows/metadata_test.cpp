#include "workflows/metadata.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <string>

namespace easel::workflows {
namespace {

std::string big(std::size_t number) {
    return {static_cast<char>(number >> 24), static_cast<char>(number >> 16), static_cast<char>(number >> 8),
            static_cast<char>(number)};
}
std::string little(std::size_t number) {
    const std::string reversed = big(number);
    return {reversed.rbegin(), reversed.rend()};
}
std::string chunk(const std::string& type, const std::string& content) {
    return big(content.size()) + type + content + "sums";
}
std::string png(const std::string& chunks) { return "\x89PNG\r\n\x1a\n" + chunks + chunk("IEND", ""); }
std::string zero(const std::string& text) { return text + '\0'; }

std::string deflated(const std::string& text) {
    std::string out(compressBound(text.size()), '\0');
    uLongf size = out.size();
    compress(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(text.data()), text.size());
    out.resize(size);
    return out;
}

TEST(PictureWorkflow, IsReadFromEveryKindOfPngText) {
    const std::string workflow = R"({"nodes": [], "links": []})", prompt = R"({"1": {"x": NaN, "y": "NaN and NaN"}})";
    const PictureWorkflow plain =
        read_picture(png(chunk("tEXt", zero("prompt") + prompt) + chunk("tEXt", zero("workflow") + workflow)));
    EXPECT_EQ(plain.workflow->dump(), R"({"nodes":[],"links":[]})");
    EXPECT_TRUE((*plain.prompt)["1"]["x"].is_null());
    EXPECT_TRUE(read_picture(png(chunk("zTXt", zero("workflow") + zero("") + deflated(workflow)))).workflow);
    EXPECT_TRUE(
        read_picture(png(chunk("iTXt", zero("workflow") + zero("\1") + zero("en") + zero("") + deflated(workflow))))
            .workflow);
    EXPECT_TRUE(
        read_picture(png(chunk("iTXt", zero("workflow") + zero("") + zero("") + zero("") + zero("") + workflow)))
            .workflow);
}

TEST(PictureWorkflow, IsReadFromTheExifOfAWebp) {
    const std::string text = zero(R"(workflow:{"nodes": [], "links": []})");
    // One entry: tag 0x010f, text, its length, its place behind the directory.
    const std::string exif = "II*" + std::string(1, '\0') + little(8) + std::string("\1\0", 2) + "\x0f\x01" +
                             std::string("\2\0", 2) + little(text.size()) + little(26) + little(0) + text;
    const std::string body = "WEBP" + std::string("EXIF") + little(exif.size()) + exif;
    const PictureWorkflow found = read_picture("RIFF" + little(body.size()) + body);
    ASSERT_TRUE(found.workflow);
    EXPECT_TRUE(found.workflow->contains("links"));
    EXPECT_FALSE(found.prompt);
}

TEST(PictureWorkflow, IsAbsentFromDamagedFiles) {
    const std::string good = png(chunk("tEXt", zero("workflow") + "{}"));
    EXPECT_TRUE(read_picture(good).workflow);
    for (std::size_t size = 0; size < good.size(); ++size)
        read_picture(std::string_view(good).substr(0, size));
    EXPECT_FALSE(read_picture(png(chunk("tEXt", zero("workflow") + "[1]"))).workflow);
    EXPECT_FALSE(read_picture(png(chunk("tEXt", zero("workflow") + std::string(100000, '[')))).workflow);
    EXPECT_FALSE(
        read_picture(png(chunk("zTXt", zero("workflow") + zero("") + deflated(std::string(65 << 20, ' '))))).workflow);
    EXPECT_FALSE(read_picture("GIF89a").workflow);
    EXPECT_FALSE(read_picture("RIFFxxxxWEBPEXIF\xff\xff\xff\xff").workflow);
}

}  // namespace
}  // namespace easel::workflows
