// Pictures against what the reference reads from the same files: data/pictures and data/pictures.json are written by
// record_pictures.py.
#include "nodes/image_io.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "nodes/picture_files/png_chunks.hpp"
#include "nodes/picture_files/png_writer.hpp"
#include "nodes/picture_files/webp_file.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace easel::nodes {
namespace {

const std::filesystem::path data = EASEL_TEST_DATA "/nodes/data";

using Bytes = std::vector<std::uint8_t>;

Bytes content_of(const std::string& name) {
    std::ifstream in(data / "pictures" / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

Tensor recorded(const Json& shape, const Json& values) {
    const auto numbers = values.get<std::vector<std::int64_t>>();
    return at::tensor(numbers, at::kLong).to(at::kFloat).div(65535.0).reshape(shape.get<std::vector<std::int64_t>>());
}

// Bytes of colour whose place tells them apart.
Tensor sample_bytes(at::IntArrayRef shape) {
    std::int64_t count = 1;
    for (const std::int64_t side : shape)
        count *= side;
    return at::arange(count, at::kLong).mul(37).remainder(251).to(at::kByte).reshape(shape);
}

// JPEG files are decoded by another library there: their values may differ by a few of 255. Its conversions of colours
// to 16 bits are off by up to 36 of 65535.
double tolerance(const std::string& name) { return name.ends_with(".jpg") ? 3.01 / 255 : 40.0 / 65535; }

TEST(ImageIo, ReadsWhatTheReferenceReads) {
    const Json expected = Json::parse(std::ifstream(data / "pictures.json"));
    ASSERT_GT(expected.size(), 20u);
    for (const auto& [name, entry] : expected.items()) {
        const DecodedPicture picture = decode_image(data / "pictures" / name);
        const Tensor pixels = recorded(entry["shape"], entry["pixels"]);
        ASSERT_EQ(picture.pixels.sizes(), pixels.sizes()) << name;
        EXPECT_LE((picture.pixels - pixels).abs().max().item<double>(), tolerance(name)) << name;
        ASSERT_EQ(picture.alpha.has_value(), !entry["mask"].is_null()) << name;
        if (!picture.alpha) continue;
        const Tensor mask = recorded(entry["mask_shape"], entry["mask"]);
        EXPECT_LE((1.0 - *picture.alpha - mask).abs().max().item<double>(), tolerance(name)) << name;
    }
}

TEST(ImageIo, ShowsBlackWhereAPngIsCutOff) {
    Bytes file = encode_png(at::full({64, 64, 3}, 200, at::kByte), {.compression = 0});
    file.resize(file.size() / 2);
    const Tensor pixels = decode_image(file, "cut.png").pixels;
    EXPECT_EQ(pixels.sizes(), (at::IntArrayRef{1, 64, 64, 3}));
    EXPECT_NEAR(pixels[0][0].max().item<double>(), 200.0 / 255, 1e-6);
    EXPECT_EQ(pixels[0][63].max().item<double>(), 0.0);
}

TEST(ImageIo, FiltersRowsOfEveryWidth) {
    at::manual_seed(1);
    for (std::int64_t channels : {1, 3})
        for (std::int64_t width = 1; width < 50; ++width) {
            const Tensor noise = at::randint(0, 256, {6, width, channels}, at::kLong).to(at::kByte);
            const Tensor ramp = sample_bytes({6, width, channels});
            for (const Tensor& picture : {noise, ramp}) {
                const Tensor read = exact_bytes(decode_image(encode_png(picture, {.compression = 1}), "a.png").pixels);
                const Tensor expected = channels == 1 ? picture.expand({6, width, 3}) : picture;
                ASSERT_TRUE(at::equal(read[0], expected)) << width << " x " << channels;
            }
        }
}

TEST(ImageIo, NamesTheFileThatIsNoPicture) {
    const Bytes file(300, 'x');
    try {
        decode_image(file, "/in/notes.png");
        FAIL() << "text was taken for a picture";
    } catch (const Error& error) {
        EXPECT_EQ(error.type(), "PIL.UnidentifiedImageError");
        EXPECT_STREQ(error.what(), "cannot identify image file '/in/notes.png'");
    }
}

TEST(ImageIo, RefusesAnEmptyFileAsTheReferenceDoes) {
    try {
        decode_image(Bytes(), "/in/empty.png");
        FAIL() << "nothing was taken for a picture";
    } catch (const Error& error) {
        EXPECT_EQ(error.type(), "av.error.InvalidDataError");
    }
}

TEST(ImageIo, RefusesAPngOfUnreasonableSizeBeforeReadingIt) {
    Bytes file;
    append_png_signature(file);
    std::string header;
    append_big_endian_32(header, 60000);
    append_big_endian_32(header, 60000);
    header += std::string("\x08\x02\x00\x00\x00", 5);
    append_png_chunk(file, "IHDR", header);
    append_png_chunk(file, "IEND", {});
    try {
        decode_image(file, "bomb.png");
        FAIL() << "3600 million pixels were accepted";
    } catch (const UserError& error) {
        EXPECT_THAT(error.what(), testing::AllOf(testing::HasSubstr("bomb.png"), testing::HasSubstr("60000 x 60000")));
    }
}

TEST(ImageIo, SurvivesDamageInEveryFormat) {
    for (const std::string name : {"rgb.png", "animated.png", "animated.gif", "animated.webp", "quarter.jpg",
                                   "lossless.webp", "plain.bmp", "plain.tiff", "plain.ppm"}) {
        const Bytes whole = content_of(name);
        ASSERT_FALSE(whole.empty()) << name;
        for (std::size_t at = 0; at < whole.size(); at += 5) {
            Bytes damaged = whole;
            damaged[at] = static_cast<std::uint8_t>(damaged[at] ^ 0xa5);
            Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(at));
            for (const Bytes& file : {damaged, cut}) {
                try {
                    EXPECT_TRUE(decode_image(file, name).pixels.defined());
                } catch (const Error& error) {
                    EXPECT_STRNE(error.what(), "") << name;
                }
            }
        }
    }
}

TEST(ImageIo, TruncatesValuesToBytes) {
    const Tensor bytes = to_bytes(at::tensor({-1.0f, 0.0f, 0.5f, 0.999f, 1.0f, 2.0f}));
    EXPECT_TRUE(bytes.equal(at::tensor({0, 0, 127, 254, 255, 255}, at::kByte)));
}

TEST(PngWriter, WritesWhatTheReaderReads) {
    for (const std::int64_t channels : {1, 2, 3, 4}) {
        const Tensor picture = sample_bytes({13, 17, channels});
        const DecodedPicture read = decode_image(encode_png(picture), "written.png");
        const double scale = channels >= 3 ? 255.0 : 65535.0 / 256;
        const std::int64_t colours = channels >= 3 ? 3 : 1;
        const Tensor back = read.pixels[0].mul(scale).round().to(at::kByte);
        EXPECT_TRUE(back.equal(picture.narrow(2, 0, colours).expand({13, 17, 3}))) << channels;
        EXPECT_EQ(read.alpha.has_value(), channels % 2 == 0) << channels;
    }
}

// Some readers refuse a file whose last check sum is wrong.
TEST(PngWriter, EndsEveryFileWithItsCheckSum) {
    std::vector<std::uint8_t> file;
    append_png_chunk(file, "IEND", {});
    const std::vector<std::uint8_t> end = {0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xae, 0x42, 0x60, 0x82};
    EXPECT_EQ(file, end);
}

TEST(PngWriter, PutsTextBeforeThePixels) {
    const Bytes file =
        encode_png(sample_bytes({2, 2, 3}), {.before_pixels = {png_text("prompt", "{\"a\": \"\\u00e9\"}")}});
    const std::vector<PngChunk> chunks = png_chunks(file);
    ASSERT_EQ(chunks.size(), 4u);
    EXPECT_EQ(chunks[1].type, "tEXt");
    const std::string text(chunks[1].content.begin(), chunks[1].content.end());
    EXPECT_EQ(text, std::string("prompt\0{\"a\": \"\\u00e9\"}", 22));
    EXPECT_EQ(chunks[2].type, "IDAT");
    EXPECT_EQ(chunks[3].type, "IEND");
}

TEST(PngWriter, RefusesTextThatPngCannotHold) { EXPECT_THROW(png_text("\xe6\xbc\xa2", "1"), UserError); }

TEST(PngWriter, WritesAnimations) {
    const Tensor frames = sample_bytes({3, 5, 7, 3});
    const DecodedPicture read = decode_image(encode_animated_png(frames, 100), "animation.png");
    EXPECT_TRUE(read.pixels.mul(255).round().to(at::kByte).equal(frames));
}

TEST(WebpFile, WritesAnimationsWithoutLoss) {
    const Tensor frames = sample_bytes({3, 16, 16, 3});
    const Bytes file = encode_webp(frames, {.lossless = true, .milliseconds = 50, .exif = {}});
    EXPECT_TRUE(decode_image(file, "animation.webp").pixels.mul(255).round().to(at::kByte).equal(frames));
}

TEST(WebpFile, KeepsTextsInExif) {
    const std::string exif = exif_texts({{0x0110, "prompt:{\"a\": 1}"}, {0x010f, "workflow:{}"}});
    const Bytes file = encode_webp(sample_bytes({1, 8, 8, 3}), {.exif = exif});
    const std::string text(file.begin(), file.end());
    EXPECT_THAT(text, testing::HasSubstr("prompt:{\"a\": 1}"));
    EXPECT_LT(text.find("workflow:{}"), text.find("prompt:"));
}

}  // namespace
}  // namespace easel::nodes
