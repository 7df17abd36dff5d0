#include "inference/weights/safetensors.hpp"

#include "base/mapped_file.hpp"
#include "inference/weights/mapped_tensor.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

namespace easel::inference {

namespace {

using Json = nlohmann::json;
using Bytes = std::span<const std::byte>;

constexpr std::uint64_t header_limit = 100'000'000;  // as in the reference implementation of the format
constexpr std::size_t dimension_limit = 64;

struct DtypeName {
    std::string_view name;
    at::ScalarType type;
};
constexpr std::array dtype_names{
    DtypeName{"F64", at::kDouble},
    DtypeName{"F32", at::kFloat},
    DtypeName{"F16", at::kHalf},
    DtypeName{"BF16", at::kBFloat16},
    DtypeName{"F8_E4M3", at::kFloat8_e4m3fn},
    DtypeName{"F8_E5M2", at::kFloat8_e5m2},
    DtypeName{"F8_E8M0", at::kByte},  // powers of two by their exponents
    DtypeName{"I64", at::kLong},
    DtypeName{"I32", at::kInt},
    DtypeName{"I16", at::kShort},
    DtypeName{"I8", at::kChar},
    DtypeName{"U64", at::kUInt64},
    DtypeName{"U32", at::kUInt32},
    DtypeName{"U16", at::kUInt16},
    DtypeName{"U8", at::kByte},
    DtypeName{"BOOL", at::kBool},
};

[[noreturn]] void damaged(const std::filesystem::path& path, const std::string& what) {
    throw ModelError(path.filename().string() + " is damaged: " + what + " (download it again)");
}

struct Region {
    std::string name;
    at::ScalarType dtype;
    std::vector<int64_t> shape;
    std::uint64_t begin, end;
};

// Reads and checks the header. Every claim it makes is verified before a byte of a tensor is looked at.
class HeaderReader {
public:
    HeaderReader(const std::filesystem::path& path, Bytes file) : path_(path), file_(file) {}

    WeightFile read(const std::shared_ptr<const MappedFile>& mapping) {
        const Json header = parse();
        WeightFile result{.path = path_, .tensors = {}, .metadata = {}};
        std::vector<Region> places;
        for (const auto& [name, value] : header.items()) {
            if (name == "__metadata__") {
                read_metadata(value, result.metadata);
            } else {
                places.push_back(read_place(name, value));
            }
        }
        check_layout(places);
        for (const auto& place : places)
            result.tensors.emplace(place.name, tensor_at(place, mapping));
        return result;
    }

private:
    Json parse() {
        std::uint64_t length = 0;
        if (file_.size() < sizeof length) not_safetensors();
        std::memcpy(&length, file_.data(), sizeof length);
        if (length > header_limit) not_safetensors();
        if (file_.size() < sizeof length + 2 || file_[sizeof length] != std::byte{'{'}) not_safetensors();
        if (length > file_.size() - sizeof length)
            damaged(path_, "its header is " + std::to_string(length) + " bytes, the whole file is " +
                               std::to_string(file_.size()) + " (an interrupted download?)");
        const auto text = file_.subspan(sizeof length, length);
        tensors_ = file_.subspan(sizeof length + length);
        const auto* first = reinterpret_cast<const char*>(text.data());
        Json header = Json::parse(first, first + text.size(), DepthLimit{}, /*allow_exceptions=*/false);
        if (!header.is_object()) damaged(path_, "its header is not JSON");
        return header;
    }

    // The header of a well-formed file is four levels deep; a hostile one must not grow the parser's stack.
    struct DepthLimit {
        bool operator()(int depth, Json::parse_event_t, Json&) const { return depth < 8; }
    };

    [[noreturn]] void not_safetensors() const {
        const auto starts_with = [&](std::string_view magic) {
            return file_.size() >= magic.size() && std::memcmp(file_.data(), magic.data(), magic.size()) == 0;
        };
        const std::string name = path_.filename().string();
        if (file_.empty()) throw ModelError(name + " is empty");
        if (starts_with("version https://git-lfs"))
            throw ModelError(name + " is a Git LFS pointer, not the model itself: fetch it with git lfs pull");
        throw ModelError(name + " is not a safetensors file");
    }

    void read_metadata(const Json& value, std::map<std::string, std::string>& metadata) {
        if (!value.is_object()) damaged(path_, "its __metadata__ is not a map of texts");
        for (const auto& [name, text] : value.items()) {
            if (!text.is_string()) damaged(path_, "its metadata " + name + " is not a text");
            metadata.emplace(name, text.get<std::string>());
        }
    }

    Region read_place(const std::string& name, const Json& value) {
        const auto fail = [&](const std::string& what) { damaged(path_, "tensor " + name + " " + what); };
        if (!value.is_object()) fail("is not described by a map");
        const auto dtype = value.find("dtype");
        const auto shape = value.find("shape");
        const auto offsets = value.find("data_offsets");
        if (dtype == value.end() || !dtype->is_string()) fail("has no dtype");
        if (shape == value.end() || !shape->is_array()) fail("has no shape");
        if (offsets == value.end() || !offsets->is_array() || offsets->size() != 2) fail("has no data_offsets");

        Region place{.name = name, .dtype = at::kFloat, .shape = {}, .begin = 0, .end = 0};
        const auto known = std::ranges::find(dtype_names, dtype->get_ref<const std::string&>(), &DtypeName::name);
        if (known == dtype_names.end()) fail("has the unknown dtype " + dtype->get<std::string>());
        place.dtype = known->type;
        if (shape->size() > dimension_limit) fail("has " + std::to_string(shape->size()) + " dimensions");
        for (const auto& size : *shape) {
            if (!size.is_number_unsigned() || size.get<std::uint64_t>() > INT64_MAX) fail("has an impossible shape");
            place.shape.push_back(size.get<int64_t>());
        }
        const auto bytes = byte_count(place);
        for (const auto& offset : *offsets)
            if (!offset.is_number_unsigned()) fail("has impossible data_offsets");
        place.begin = (*offsets)[0].get<std::uint64_t>();
        place.end = (*offsets)[1].get<std::uint64_t>();
        if (place.begin > place.end) fail("ends before it begins");
        if (place.end > tensors_.size())
            fail("ends at byte " + std::to_string(place.end) + " of " + std::to_string(tensors_.size()) +
                 " (an interrupted download?)");
        if (!bytes || *bytes != place.end - place.begin) fail("is not as long as its shape says");
        return place;
    }

    // Nothing when the product does not fit 63 bits.
    static std::optional<std::uint64_t> byte_count(const Region& place) {
        auto bytes = static_cast<int64_t>(c10::elementSize(place.dtype));
        for (const int64_t size : place.shape)
            if (__builtin_mul_overflow(bytes, size, &bytes)) return std::nullopt;
        return static_cast<std::uint64_t>(bytes);
    }

    // Tensors follow each other without overlap and end where the file ends.
    void check_layout(std::vector<Region>& places) {
        std::ranges::sort(places, {}, [](const Region& place) { return std::pair(place.begin, place.end); });
        std::uint64_t end = 0;
        for (const auto& place : places) {
            if (place.begin < end) damaged(path_, "tensor " + place.name + " overlaps the one before it");
            if (place.begin > end) damaged(path_, "there is a hole before tensor " + place.name);
            end = place.end;
        }
        if (end != tensors_.size())
            damaged(path_, std::to_string(tensors_.size() - end) + " bytes at its end belong to no tensor");
    }

    Tensor tensor_at(const Region& place, const std::shared_ptr<const MappedFile>& mapping) {
        const auto options = at::TensorOptions(place.dtype);
        if (place.begin == place.end) return at::empty(place.shape, options);
        const std::byte* data = tensors_.data() + place.begin;
        if (reinterpret_cast<std::uintptr_t>(data) % c10::elementSize(place.dtype) != 0) {
            Tensor copy = at::empty(place.shape, options);
            std::memcpy(copy.data_ptr(), data, place.end - place.begin);
            return copy;
        }
        return mapped_tensor(mapping, data, place.shape, place.dtype);
    }

    const std::filesystem::path& path_;
    Bytes file_;
    Bytes tensors_;
};

}  // namespace

WeightFile open_safetensors(const std::shared_ptr<const MappedFile>& mapping) {
    return HeaderReader(mapping->path(), mapping->bytes()).read(mapping);
}

}  // namespace easel::inference
