#include "inference/weights/save.hpp"

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

std::size_t bytes_of(const PendingTensor& tensor) {
    return static_cast<std::size_t>(c10::multiply_integers(tensor.shape)) * c10::elementSize(tensor.dtype);
}

// The length and the header, padded with spaces so that the tensors begin at a multiple of eight bytes.
std::string header_of(const std::vector<const PendingTensors::value_type*>& order,
                      const std::map<std::string, std::string>& metadata) {
    nlohmann::ordered_json header = nlohmann::ordered_json::object();
    if (!metadata.empty()) header["__metadata__"] = metadata;
    std::size_t offset = 0;
    for (const auto* item : order) {
        const auto& [name, tensor] = *item;
        header[name] = {{"dtype", dtype_name(tensor.dtype)},
                        {"shape", tensor.shape},
                        {"data_offsets", {offset, offset + bytes_of(tensor)}}};
        offset += bytes_of(tensor);
    }
    std::string text = header.dump();
    text.append((8 - text.size() % 8) % 8, ' ');
    const std::uint64_t length = text.size();
    return std::string(reinterpret_cast<const char*>(&length), sizeof length) + text;
}

}  // namespace

void save_safetensors(const std::filesystem::path& path, const TensorMap& tensors,
                      const std::map<std::string, std::string>& metadata) {
    PendingTensors pending;
    for (const auto& [name, tensor] : tensors)
        pending[name] = {
            .dtype = tensor.scalar_type(), .shape = tensor.sizes().vec(), .make = [tensor] { return tensor; }};
    save_safetensors(path, pending, metadata);
}

PendingTensors pending_tensors(const std::shared_ptr<WeightTable>& table,
                               const std::shared_ptr<const PatchSet>& patches) {
    static const std::vector<AppliedPatch> none;
    PendingTensors result;
    for (const auto& entry : table->entries()) {
        const auto& own = patches ? patches->of(entry.key) : none;
        const bool is_encoded = encoding_of(entry.stored) != nullptr;
        const at::ScalarType dtype = is_encoded ? at::kHalf : entry.stored.scalar_type();
        result[entry.key] = {.dtype = dtype, .shape = entry.stored.sizes().vec(), .make = [=, &entry] {
                                 if (own.empty() && !is_encoded) return entry.stored;
                                 return table->patched(entry, own).to(dtype);
                             }};
    }
    return result;
}

void save_safetensors(const std::filesystem::path& path, const PendingTensors& tensors,
                      const std::map<std::string, std::string>& metadata) {
    // Wider types first, so that each tensor is aligned to its element.
    std::vector<const PendingTensors::value_type*> order;
    for (const auto& item : tensors)
        order.push_back(&item);
    std::ranges::stable_sort(order, std::greater(),
                             [](const auto* item) { return c10::elementSize(item->second.dtype); });

    std::filesystem::path temporary = path;
    temporary += ".part";
    {
        std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
        const auto header = header_of(order, metadata);
        file.write(header.data(), static_cast<std::streamsize>(header.size()));
        for (const auto* item : order) {
            const Tensor tensor = item->second.make().contiguous().cpu();
            if (tensor.nbytes() != bytes_of(item->second))
                throw ModelError("the tensor " + item->first + " changed its shape while it was saved");
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
