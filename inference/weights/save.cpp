#include "inference/weights/safetensors.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <system_error>

namespace easel::inference {

namespace {

std::string_view dtype_name(at::ScalarType type) {
    switch (type) {
    case at::kDouble:
        return "F64";
    case at::kFloat:
        return "F32";
    case at::kHalf:
        return "F16";
    case at::kBFloat16:
        return "BF16";
    case at::kFloat8_e4m3fn:
        return "F8_E4M3";
    case at::kFloat8_e5m2:
        return "F8_E5M2";
    case at::kLong:
        return "I64";
    case at::kInt:
        return "I32";
    case at::kShort:
        return "I16";
    case at::kChar:
        return "I8";
    case at::kByte:
        return "U8";
    case at::kBool:
        return "BOOL";
    default:
        throw ModelError("a tensor of type " + std::string(c10::toString(type)) + " cannot be saved as safetensors");
    }
}

// The length and the header, padded with spaces so that the tensors begin at a multiple of eight bytes.
std::string header_of(const std::vector<const TensorMap::value_type*>& order,
                      const std::map<std::string, std::string>& metadata) {
    nlohmann::ordered_json header = nlohmann::ordered_json::object();
    if (!metadata.empty()) header["__metadata__"] = metadata;
    std::size_t offset = 0;
    for (const auto* item : order) {
        const auto& [name, tensor] = *item;
        header[name] = {{"dtype", dtype_name(tensor.scalar_type())},
                        {"shape", tensor.sizes().vec()},
                        {"data_offsets", {offset, offset + tensor.nbytes()}}};
        offset += tensor.nbytes();
    }
    std::string text = header.dump();
    text.append((8 - text.size() % 8) % 8, ' ');
    const std::uint64_t length = text.size();
    return std::string(reinterpret_cast<const char*>(&length), sizeof length) + text;
}

}  // namespace

void save_safetensors(const std::filesystem::path& path, const TensorMap& tensors,
                      const std::map<std::string, std::string>& metadata) {
    // Wider types first, so that each tensor is aligned to its element.
    std::vector<const TensorMap::value_type*> order;
    for (const auto& item : tensors)
        order.push_back(&item);
    std::ranges::stable_sort(order, std::greater(), [](const auto* item) { return item->second.element_size(); });

    std::filesystem::path temporary = path;
    temporary += ".part";
    {
        std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
        const auto header = header_of(order, metadata);
        file.write(header.data(), static_cast<std::streamsize>(header.size()));
        for (const auto* item : order) {
            const Tensor tensor = item->second.contiguous().cpu();
            file.write(static_cast<const char*>(tensor.data_ptr()), static_cast<std::streamsize>(tensor.nbytes()));
        }
        file.close();
        if (!file) {
            std::error_code ignored;
            std::filesystem::remove(temporary, ignored);
            throw UserError("cannot write " + path.string());
        }
    }
    std::filesystem::rename(temporary, path);
}

}  // namespace easel::inference
