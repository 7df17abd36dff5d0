#include "inference/weights/gguf.hpp"
#include "inference/weights/pickle.hpp"
#include "inference/weights/quantised.hpp"
#include "inference/weights/safetensors.hpp"

#include <regex>
#include <vector>

namespace easel::inference {
namespace {

namespace fs = std::filesystem;

WeightFile open_one(const fs::path& path) {
    const auto mapping = std::make_shared<const MappedFile>(path);
    if (is_gguf(mapping->bytes())) return open_gguf(mapping);
    if (is_pickle(mapping->bytes())) return open_pickle(mapping);
    return open_safetensors(mapping);
}

// All pieces of the file that `path` is a piece of; nothing but `path` for most.
std::vector<fs::path> pieces(const fs::path& path) {
    static const std::regex pattern(R"((.*)-(\d{5})-of-(\d{5})(\.safetensors|\.gguf|\.bin))");
    std::smatch match;
    const std::string name = path.filename().string();
    if (!std::regex_match(name, match, pattern)) return {path};
    std::vector<fs::path> all;
    const int count = std::stoi(match[3]);
    for (int i = 1; i <= count; ++i) {
        std::string number = std::to_string(i);
        number.insert(0, 5 - number.size(), '0');
        all.push_back(path.parent_path() / (match[1].str() + "-" + number + "-of-" + match[3].str() + match[4].str()));
    }
    return all;
}

}  // namespace

WeightFile open_weights(const fs::path& path) {
    WeightFile file{.path = path, .tensors = {}, .metadata = {}};
    for (const fs::path& piece : pieces(path)) {
        WeightFile part = open_one(piece);
        file.tensors.merge(part.tensors);
        file.metadata.merge(part.metadata);
    }
    file.tensors = with_quantised_weights(std::move(file.tensors), file.metadata, path.filename().string());
    return file;
}

}  // namespace easel::inference
