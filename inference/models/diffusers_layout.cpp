#include "inference/models/diffusers_layout.hpp"

#include <algorithm>
#include <map>

namespace easel::inference {
namespace {

Tensor halves_swapped(const Tensor& tensor) {
    const auto halves = tensor.chunk(2);
    return at::cat({halves.back(), halves.front()});
}

}  // namespace

TensorMap renamed_from_diffusers(const TensorMap& tensors, const std::vector<DiffusersModule>& modules) {
    TensorMap result;
    std::map<std::string, std::map<int64_t, Tensor>> fused;  // parts by where they begin
    for (const DiffusersModule& module : modules) {
        for (const char* ending : {"", ".weight", ".bias"}) {
            const auto found = tensors.find(module.theirs + ending);
            if (found == tensors.end()) continue;
            const Tensor tensor = module.swapped_halves ? halves_swapped(found->second) : found->second;
            if (module.length > 0)
                fused[module.ours + ending][module.start] = tensor;
            else
                result.insert_or_assign(module.ours + ending, tensor);
        }
    }
    for (const auto& [key, parts] : fused) {
        std::vector<Tensor> rows;
        for (const auto& [start, part] : parts)
            rows.push_back(part);
        result.emplace(key, at::cat(rows));  // a file that has it whole as well means the whole
    }
    return result;
}

void add_transformer_names(LoraKeys& names, const std::string& theirs, const LoraTarget& target) {
    std::string underscored = theirs;
    std::ranges::replace(underscored, '.', '_');
    names["transformer." + theirs] = target;
    names["lycoris_" + underscored] = target;
    names[theirs] = target;
}

LoraKeys plain_lora_keys(const Weights& network) {
    constexpr std::string_view ending = ".weight";
    LoraKeys names = module_lora_keys(network);
    for (const std::string& key : network.keys())
        if (key.ends_with(ending)) names[key.substr(0, key.size() - ending.size())] = network.prefix() + key;
    return names;
}

LoraKeys names_of_own_layout(const Weights& w) {
    constexpr std::string_view ending = ".weight";
    LoraKeys names = module_lora_keys(w);
    for (const std::string& key : w.keys())
        if (key.ends_with(ending))
            add_transformer_names(names, key.substr(0, key.size() - ending.size()), w.prefix() + key);
    return names;
}

}  // namespace easel::inference
