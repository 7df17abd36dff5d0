#include "inference/weights/safetensors.hpp"

#include "base/error.hpp"

#include <gmock/gmock.h>

#include <cstring>
#include <fstream>
#include <random>

namespace easel::inference {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class Safetensors : public ::testing::Test {
protected:
    void SetUp() override {
        path_ = fs::temp_directory_path() / ("easel_safetensors_" + std::to_string(::getpid()) + ".safetensors");
    }
    void TearDown() override { fs::remove(path_); }

    void write(const std::string& bytes) const { std::ofstream(path_, std::ios::binary) << bytes; }
    void write(const std::string& header, const std::string& tensors) const { write(with_length(header) + tensors); }

    static std::string with_length(const std::string& header) {
        const std::uint64_t length = header.size();
        return std::string(reinterpret_cast<const char*>(&length), sizeof length) + header;
    }

    std::string problem() const {
        try {
            open_weights(path_);
        } catch (const ModelError& error) {
            return error.what();
        }
        return "";
    }

    static std::string one(const std::string& dtype, const std::string& shape, const std::string& offsets) {
        return R"({"a":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
    }

    fs::path path_;
};

TEST_F(Safetensors, ReadsTensorsAndMetadata) {
    write(R"({"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
          R"("b":{"dtype":"I64","shape":[],"data_offsets":[8,16]}} )",
          std::string("\0\0\x80\x3f\0\0\0\x40\7\0\0\0\0\0\0\0", 16));
    const auto file = open_weights(path_);
    EXPECT_EQ(file.metadata.at("format"), "pt");
    EXPECT_EQ(file.tensors.at("a")[1].item<float>(), 2.0F);
    EXPECT_EQ(file.tensors.at("b").item<int64_t>(), 7);
    EXPECT_EQ(file.tensors.at("b").dim(), 0);
}

TEST_F(Safetensors, ReadsBackEveryTypeThatItWrites) {
    TensorMap tensors;
    for (const auto type : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16, at::kFloat8_e4m3fn, at::kFloat8_e5m2,
                            at::kLong, at::kInt, at::kShort, at::kChar, at::kByte, at::kBool})
        tensors[c10::toString(type)] = at::tensor({1.0, 0.0, 3.0}).to(type);
    tensors["empty"] = at::empty({0, 4});
    tensors["strided"] = at::arange(6).reshape({2, 3}).t();
    save_safetensors(path_, tensors, {{"prompt", "{\"a\": 1}"}});

    const auto file = open_weights(path_);
    EXPECT_EQ(file.metadata.at("prompt"), "{\"a\": 1}");
    ASSERT_EQ(file.tensors.size(), tensors.size());
    for (const auto& [name, tensor] : tensors) {
        EXPECT_EQ(file.tensors.at(name).scalar_type(), tensor.scalar_type()) << name;
        EXPECT_TRUE(at::equal(file.tensors.at(name).to(at::kDouble), tensor.to(at::kDouble))) << name;
    }
}

TEST_F(Safetensors, KeepsTheFileMappedAsLongAsATensorLives) {
    save_safetensors(path_, {{"a", at::arange(1000.0)}});
    Tensor tensor = open_weights(path_).tensors.at("a");
    fs::remove(path_);
    EXPECT_EQ(tensor.sum().item<double>(), 499500.0);
}

TEST_F(Safetensors, CopiesATensorThatIsNotAligned) {
    write(
        R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}})",
        std::string("\5\0\0\x80\x3f", 5));
    EXPECT_EQ(open_weights(path_).tensors.at("b").item<float>(), 1.0F);
}

TEST_F(Safetensors, SaysThatAFileIsMissing) {
    EXPECT_THROW(open_weights("/nowhere/model.safetensors"), UserError);
    EXPECT_THROW(open_weights(fs::temp_directory_path()), UserError);
}

TEST_F(Safetensors, SaysWhatAFileOfAnotherKindIs) {
    const std::pair<std::string, std::string> kinds[] = {
        {"", "is empty"},
        {std::string("PK\3\4", 4) + std::string(100, 'x'), "PyTorch pickle"},
        {std::string("\x80\2", 2) + std::string(100, 'x'), "PyTorch pickle"},
        {"GGUF" + std::string(100, 'x'), "damaged"},
        {"version https://git-lfs.github.com/spec/v1\noid sha256:0", "Git LFS pointer"},
        {"a text of some length", "is not a safetensors file"},
        {"abc", "is not a safetensors file"},
    };
    for (const auto& [bytes, message] : kinds) {
        write(bytes);
        EXPECT_THAT(problem(), HasSubstr(message));
        EXPECT_THAT(problem(), HasSubstr(path_.filename().string()));
    }
}

TEST_F(Safetensors, RefusesATruncatedFile) {
    write(one("F32", "[4]", "[0,16]"), std::string(15, 'x'));
    EXPECT_THAT(problem(), HasSubstr("interrupted download"));
    write(with_length(one("F32", "[4]", "[0,16]")).substr(0, 30));
    EXPECT_THAT(problem(), HasSubstr("interrupted download"));
}

TEST_F(Safetensors, RefusesAHeaderThatLies) {
    const std::pair<std::string, std::string> lies[] = {
        {"{not json at all", "not JSON"},
        {"{}[]", "not JSON"},
        {R"({"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}}}}})", "damaged"},
        {R"({"a":5})", "not described by a map"},
        {R"({"a":{"shape":[4],"data_offsets":[0,16]}})", "has no dtype"},
        {R"({"a":{"dtype":"F32","data_offsets":[0,16]}})", "has no shape"},
        {R"({"a":{"dtype":"F32","shape":[4]}})", "has no data_offsets"},
        {R"({"__metadata__":{"a":1}})", "is not a text"},
        {R"({"__metadata__":[]})", "not a map"},
        {one("F33", "[4]", "[0,16]"), "unknown dtype F33"},
        {one("F32", "[3]", "[0,16]"), "not as long as its shape says"},
        {one("F32", "[-4]", "[0,16]"), "impossible shape"},
        {one("F32", "[4.0]", "[0,16]"), "impossible shape"},
        {one("F32", R"(["4"])", "[0,16]"), "impossible shape"},
        {one("F32", "[4294967296,4294967296]", "[0,16]"), "not as long as its shape says"},
        {one("F32", "[9223372036854775807,2]", "[0,16]"), "not as long as its shape says"},
        {one("F32", "[18446744073709551615]", "[0,16]"), "impossible shape"},
        {one("F32", "[4]", "[16,0]"), "ends before it begins"},
        {one("F32", "[4]", "[0,16,32]"), "has no data_offsets"},
        {one("F32", "[4]", "[-16,0]"), "impossible data_offsets"},
        {one("F32", "[4]", "[1000,1016]"), "ends at byte 1016"},
        {one("F32", "[4]", "[18446744073709551600,18446744073709551615]"), "ends at byte"},
        {one("F32", "[2]", "[8,16]"), "hole before"},
        {one("F32", "[2]", "[0,8]"), "belong to no tensor"},
        {R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},)"
         R"("b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}})",
         "overlaps"},
    };
    for (const auto& [header, message] : lies) {
        write(header, std::string(16, '\0'));
        EXPECT_THAT(problem(), HasSubstr(message)) << header;
    }
}

TEST_F(Safetensors, RefusesAHeaderLengthBeyondTheFile) {
    std::string bytes = with_length(one("F32", "[4]", "[0,16]")) + std::string(16, '\0');
    for (const std::uint64_t length : {std::uint64_t{1000}, std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
        std::memcpy(bytes.data(), &length, sizeof length);
        write(bytes);
        EXPECT_NE(problem(), "") << length;
    }
}

// Whatever a header says, the reader gives tensors inside the file or refuses: summing them touches every byte.
TEST_F(Safetensors, SurvivesMutatedHeaders) {
    save_safetensors(path_, {{"alpha", at::arange(6.0)}, {"beta", at::ones({2, 3}, at::kHalf)}}, {{"k", "v"}});
    std::ifstream file(path_, std::ios::binary);
    const std::string good{std::istreambuf_iterator<char>(file), {}};
    const std::string alphabet("0123456789{}[]\",:-.eE\\ adtyp\0\xff", 30);
    std::mt19937 random(1);
    int accepted = 0;
    for (int round = 0; round < 1500; ++round) {
        std::string bytes = good;
        for (auto changes = random() % 4 + 1; changes > 0; --changes) {
            const std::size_t at = random() % bytes.size();
            switch (random() % 4) {
            case 0:
                bytes[at] = alphabet[random() % alphabet.size()];
                break;
            case 1:
                bytes.erase(at, random() % 8);
                break;
            case 2:
                bytes.insert(at, 1, alphabet[random() % alphabet.size()]);
                break;
            default:
                bytes[random() % 8] = static_cast<char>(random());
                break;
            }
            if (bytes.empty()) bytes = "x";
        }
        write(bytes);
        try {
            for (const auto& [name, tensor] : open_weights(path_).tensors)
                tensor.to(at::kDouble).sum();
            ++accepted;
        } catch (const ModelError&) {
        }
    }
    EXPECT_GT(accepted, 0);
    EXPECT_LT(accepted, 1500);
}

}  // namespace
}  // namespace easel::inference
