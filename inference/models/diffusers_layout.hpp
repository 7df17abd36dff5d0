// Diffusers keeps the same networks under other names and with separate projections where the original layout has fused
// ones. A family says once which module is which; that serves whole files and LoRA files.
#pragma once

#include "inference/patches/lora.hpp"
#include "inference/weights/weights.hpp"

#include <string>
#include <vector>

namespace easel::inference {

struct DiffusersModule {
    std::string theirs, ours;
    int64_t start = 0, length = 0;  // the rows of ours that theirs is; length 0: it is the whole
    bool swapped_halves = false;    // theirs has scale and shift the other way round
};

// The tensors of a network in diffusers' layout by the names of the original one; those that no module names are left
// out. Fused weights are copied, all others shared.
TensorMap renamed_from_diffusers(const TensorMap& tensors, const std::vector<DiffusersModule>& modules);

// Calls `add(theirs, target)` for each module whose weight the network has.
template <class Add>
void for_each_lora_target(const Weights& network, const std::vector<DiffusersModule>& modules, const Add& add) {
    for (const DiffusersModule& module : modules) {
        for (const char* ending : {".weight", ".scale"}) {
            if (!network.contains(module.ours + ending)) continue;
            LoraTarget target(network.prefix() + module.ours + ending);
            if (module.length > 0)
                target.slice = WeightSlice{.dimension = 0, .start = module.start, .length = module.length};
            target.swapped_halves = module.swapped_halves;
            add(module.theirs, target);
        }
    }
}

// The names of a module in LoRA files: diffusers' own with and without `transformer.`, SimpleTuner's LyCORIS names.
void add_transformer_names(LoraKeys& names, const std::string& theirs, const LoraTarget& target);
// The names for a network whose published layout is diffusers' own: those of its modules, and a transformer's.
LoraKeys names_of_own_layout(const Weights& w);

// The names that every network's modules have, and those modules' own names without any prefix.
LoraKeys plain_lora_keys(const Weights& network);

}  // namespace easel::inference
