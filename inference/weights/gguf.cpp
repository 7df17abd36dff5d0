#include "inference/weights/gguf.hpp"

#include "inference/weights/codecs/gguf_blocks.hpp"
#include "inference/weights/gguf_names.hpp"
#include "inference/weights/mapped_tensor.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cstring>
#include <optional>

namespace easel::inference {
namespace {

using Bytes = std::span<const std::byte>;
using Mapping = std::shared_ptr<const MappedFile>;

constexpr std::string_view gguf_magic = "GGUF";
constexpr std::uint64_t most_entries = 1U << 24U;  // of tensors, texts or array members; far beyond any real file
constexpr std::uint32_t most_dimensions = 4;

// A matrix whose rows are made of blocks.
class Blocks final : public Encoding {
public:
    Blocks(Mapping mapping, Bytes data, const GgufBlockType& type)
        : mapping_(std::move(mapping)), data_(data), type_(type) {}

    Tensor decode(at::IntArrayRef shape) const override {
        Tensor values = at::empty(shape, at::kFloat);
        decode_blocks(0, values.numel() / type_.values, values.data_ptr<float>());
        return values;
    }

    Tensor rows(const Tensor& indices, at::IntArrayRef shape) const override {
        const int64_t columns = shape.back(), blocks = columns / type_.values;
        Tensor values = at::empty({indices.numel(), columns}, at::kFloat);
        const Tensor flat = indices.to(at::kLong).contiguous();
        for (int64_t i = 0; i < flat.numel(); ++i) {
            const int64_t row = flat.data_ptr<int64_t>()[i];
            TORCH_CHECK_INDEX(row >= 0 && row < shape.front(), "row ", row, " of ", shape.front());
            decode_blocks(row * blocks, blocks, values.data_ptr<float>() + i * columns);
        }
        return values;
    }

    std::size_t bytes() const override { return data_.size(); }

private:
    void decode_blocks(int64_t first, int64_t count, float* out) const {
        const auto* blocks = reinterpret_cast<const std::uint8_t*>(data_.data()) + first * type_.bytes;
        at::parallel_for(0, count, 1024, [&](int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; ++i)
                type_.decode(blocks + i * type_.bytes, out + i * type_.values);
        });
    }

    Mapping mapping_;
    Bytes data_;
    const GgufBlockType& type_;
};

struct Place {
    std::string name;
    std::vector<int64_t> shape;
    std::uint32_t type = 0;
    std::uint64_t offset = 0;
};

std::optional<at::ScalarType> plain_type(std::uint32_t id) {
    switch (id) {
    case 0:
        return at::kFloat;
    case 1:
        return at::kHalf;
    case 24:
        return at::kChar;
    case 25:
        return at::kShort;
    case 26:
        return at::kInt;
    case 27:
        return at::kLong;
    case 28:
        return at::kDouble;
    case 30:
        return at::kBFloat16;
    default:
        return std::nullopt;
    }
}

class Reader {
public:
    explicit Reader(Mapping mapping) : mapping_(std::move(mapping)), file_(mapping_->bytes()) {}

    WeightFile read() {
        at_ = gguf_magic.size();
        const auto version = next<std::uint32_t>();
        if (version != 2 && version != 3) damaged("its version " + std::to_string(version) + " is not known");
        const auto tensor_count = bounded(next<std::uint64_t>(), "tensors");
        const auto text_count = bounded(next<std::uint64_t>(), "metadata");
        WeightFile file{.path = mapping_->path(), .tensors = {}, .metadata = {}};
        std::uint64_t alignment = 32;
        for (std::uint64_t i = 0; i < text_count; ++i) {
            const std::string key = text();
            const std::string value = scalar_or_list(next<std::uint32_t>(), 0);
            if (key == "general.alignment") alignment = std::max<std::uint64_t>(std::stoull(value), 1);
            file.metadata.emplace(key, value);
        }
        std::vector<Place> places;
        for (std::uint64_t i = 0; i < tensor_count; ++i)
            places.push_back(place());
        const std::uint64_t data = (at_ + alignment - 1) / alignment * alignment;
        for (const Place& each : places)
            file.tensors.emplace(each.name, tensor(each, data, file.metadata));
        file.tensors = with_transformers_names(std::move(file.tensors), file.metadata);
        return file;
    }

private:
    [[noreturn]] void damaged(const std::string& what) const {
        throw ModelError(mapping_->path().filename().string() + " is damaged: " + what + " (download it again)");
    }

    std::uint64_t bounded(std::uint64_t count, const char* what) const {
        if (count > most_entries) damaged(std::string("it claims an impossible number of ") + what);
        return count;
    }

    template <class T>
    T next() {
        if (sizeof(T) > file_.size() - at_) damaged("its header ends early");
        T value{};
        std::memcpy(&value, file_.data() + at_, sizeof value);
        at_ += sizeof value;
        return value;
    }

    std::string text() {
        const auto length = next<std::uint64_t>();
        if (length > file_.size() - at_) damaged("a text in its header ends early");
        std::string result(reinterpret_cast<const char*>(file_.data()) + at_, length);
        at_ += length;
        return result;
    }

    // The value as text; the members of a list with commas between them. Long lists (vocabularies) are passed over.
    std::string scalar_or_list(std::uint32_t type, int depth) {
        switch (type) {
        case 0:
            return std::to_string(next<std::uint8_t>());
        case 1:
            return std::to_string(next<std::int8_t>());
        case 2:
            return std::to_string(next<std::uint16_t>());
        case 3:
            return std::to_string(next<std::int16_t>());
        case 4:
            return std::to_string(next<std::uint32_t>());
        case 5:
            return std::to_string(next<std::int32_t>());
        case 6:
            return std::to_string(next<float>());
        case 7:
            return next<std::uint8_t>() != 0 ? "true" : "false";
        case 8:
            return text();
        case 9:
            return list(depth);
        case 10:
            return std::to_string(next<std::uint64_t>());
        case 11:
            return std::to_string(next<std::int64_t>());
        case 12:
            return std::to_string(next<double>());
        default:
            damaged("it has metadata of the unknown type " + std::to_string(type));
        }
    }

    std::string list(int depth) {
        if (depth > 2) damaged("its metadata is nested too deeply");
        const auto member_type = next<std::uint32_t>();
        const auto count = bounded(next<std::uint64_t>(), "list members");
        std::string result;
        for (std::uint64_t i = 0; i < count; ++i) {
            const std::string member = scalar_or_list(member_type, depth + 1);
            if (count <= 16) result += (result.empty() ? "" : ",") + member;
        }
        return result;
    }

    Place place() {
        Place result{.name = text(), .shape = {}};
        const auto dimensions = next<std::uint32_t>();
        if (dimensions > most_dimensions) damaged(result.name + " has too many dimensions");
        for (std::uint32_t i = 0; i < dimensions; ++i) {
            const auto size = next<std::uint64_t>();
            if (size > INT64_MAX) damaged(result.name + " has an impossible shape");
            result.shape.insert(result.shape.begin(), static_cast<int64_t>(size));  // the file counts from the inside
        }
        result.type = next<std::uint32_t>();
        result.offset = next<std::uint64_t>();
        return result;
    }

    Tensor tensor(const Place& place, std::uint64_t data, const std::map<std::string, std::string>& metadata) {
        const auto plain = plain_type(place.type);
        const GgufBlockType* blocks = plain ? nullptr : find_gguf_block_type(place.type);
        if (!plain && !blocks)
            throw ModelError(mapping_->path().filename().string() + ": " + place.name + " has the block type " +
                             std::to_string(place.type) + ", which is not read: take a file with another quantisation");
        int64_t count = 1;
        for (const int64_t size : place.shape)
            if (__builtin_mul_overflow(count, size, &count)) damaged(place.name + " has an impossible shape");
        const int64_t per_unit = blocks ? blocks->values : 1;
        const auto unit = blocks ? blocks->bytes : static_cast<int64_t>(c10::elementSize(*plain));
        int64_t length = 0;
        if (count % per_unit != 0 || (blocks && place.shape.back() % per_unit != 0) ||
            __builtin_mul_overflow(count / per_unit, unit, &length))
            damaged(place.name + " is not made of whole blocks");
        if (data > file_.size() || place.offset > file_.size() - data ||
            static_cast<std::uint64_t>(length) > file_.size() - data - place.offset)
            damaged(place.name + " ends behind the end of the file");
        const Bytes bytes = file_.subspan(data + place.offset, static_cast<std::size_t>(length));
        const auto shape = original_shape(place, count, metadata);
        if (blocks) return encoded_tensor(shape, std::make_shared<const Blocks>(mapping_, bytes, *blocks));
        return plain_tensor(shape, *plain, bytes);
    }

    // Convolutions are flattened so that their rows fill blocks; their shape is in the metadata then.
    std::vector<int64_t> original_shape(const Place& place, int64_t count,
                                        const std::map<std::string, std::string>& metadata) const {
        const auto found = metadata.find("comfy.gguf.orig_shape." + place.name);
        if (found == metadata.end()) return place.shape;
        std::vector<int64_t> shape;
        int64_t product = 1;
        for (std::size_t begin = 0; begin < found->second.size();) {
            const auto end = std::min(found->second.find(',', begin), found->second.size());
            shape.push_back(std::stoll(found->second.substr(begin, end - begin)));
            if (__builtin_mul_overflow(product, shape.back(), &product)) return place.shape;
            begin = end + 1;
        }
        return product == count ? shape : place.shape;
    }

    Tensor plain_tensor(const std::vector<int64_t>& shape, at::ScalarType type, Bytes bytes) {
        const std::byte* data = bytes.data();
        if (reinterpret_cast<std::uintptr_t>(data) % c10::elementSize(type) != 0) {
            Tensor copy = at::empty(shape, type);
            std::memcpy(copy.data_ptr(), data, bytes.size());
            return copy;
        }
        return mapped_tensor(mapping_, data, shape, type);
    }

    Mapping mapping_;
    Bytes file_;
    std::size_t at_ = 0;
};

}  // namespace

bool is_gguf(Bytes file) {
    return file.size() >= gguf_magic.size() && std::memcmp(file.data(), gguf_magic.data(), gguf_magic.size()) == 0;
}

WeightFile open_gguf(const Mapping& mapping) { return Reader(mapping).read(); }

}  // namespace easel::inference
