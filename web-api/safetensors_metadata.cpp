#include "web-api/safetensors_metadata.hpp"

#include "web-api/http.hpp"

#include <bit>
#include <fstream>
#include <string>

namespace easel::web {

Json safetensors_metadata(const std::filesystem::path& path, std::uint64_t largest) {
    static_assert(std::endian::native == std::endian::little, "the head's length is little-endian");
    std::ifstream file(path, std::ios::binary);
    std::uint64_t length = 0;
    if (!file.read(reinterpret_cast<char*>(&length), sizeof length) || length > largest) return nullptr;
    std::string head(length, '\0');
    if (!file.read(head.data(), static_cast<std::streamsize>(length))) return nullptr;
    try {
        Json json = parse_json(head);
        const auto found = json.find("__metadata__");
        return found == json.end() || !found->is_object() ? Json(nullptr) : std::move(*found);
    } catch (const HttpError&) {
        return nullptr;
    }
}

}  // namespace easel::web
