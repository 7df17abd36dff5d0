#include "inference/training/training_dataset.hpp"

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/mapped_file.hpp"
#include "inference/weights/pickle.hpp"
#include "inference/weights/pickle_writer.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>

namespace easel::inference {
namespace {

namespace fs = std::filesystem;

PickleRef written(const LatentImage& latent) {
    PickleDict members;
    set(members, "samples", pickled(latent.samples));
    if (latent.noise_mask) set(members, "noise_mask", pickled(*latent.noise_mask));
    return pickled(std::move(members));
}

// A condition is a list of the encoded prompt and a dictionary of everything else.
PickleRef written(const Condition& condition) {
    PickleDict beside;
    if (condition.pooled) set(beside, "pooled_output", pickled(*condition.pooled));
    if (condition.attention_mask) set(beside, "attention_mask", pickled(*condition.attention_mask));
    if (condition.guidance) set(beside, "guidance", pickled(*condition.guidance));
    if (!condition.reference_latents.empty()) {
        PickleList latents;
        for (const Tensor& latent : condition.reference_latents)
            latents.items.push_back(pickled(latent));
        set(beside, "reference_latents", pickled(std::move(latents)));
    }
    for (const auto& [name, tensor] : condition.extra)
        set(beside, name, pickled(tensor));
    const PickleRef prompt =
        condition.cross.defined() ? pickled(condition.cross) : std::make_shared<PickleValue>(PickleValue{PickleNone{}});
    return pickled(PickleList{{prompt, pickled(std::move(beside))}});
}

PickleRef written(const Conditioning& conditions) {
    PickleList list;
    for (const Condition& condition : conditions)
        list.items.push_back(written(condition));
    return pickled(std::move(list));
}

[[noreturn]] void fail(const std::string& what) { throw ModelError("this is no file of training samples: " + what); }

const PickleList& list_of(const PickleRef& value, const char* what) {
    const auto* list = value ? value->as<PickleList>() : nullptr;
    if (list == nullptr) fail(std::string(what) + " are missing");
    return *list;
}

PickleRef member(const PickleValue& value, std::string_view key) {
    const auto* dictionary = value.as<PickleDict>();
    if (dictionary == nullptr) return nullptr;
    for (const auto& [name, found] : dictionary->items)
        if (const auto* text = name->as<std::string>(); text && *text == key) return found;
    return nullptr;
}

std::optional<Tensor> tensor_of(const PickleRef& value) {
    const auto* tensor = value ? value->as<Tensor>() : nullptr;
    return tensor ? std::optional(*tensor) : std::nullopt;
}

LatentImage read_latent(const PickleRef& value) {
    const auto samples = tensor_of(member(*value, "samples"));
    if (!samples) fail("a latent has no samples");
    return {.samples = *samples, .noise_mask = tensor_of(member(*value, "noise_mask"))};
}

// What stands beside a prompt under `name`.
void take(Condition& condition, const std::string& name, const PickleValue& value) {
    const auto* tensor = value.as<Tensor>();
    if (name == "guidance") {
        if (const auto* number = value.as<double>()) condition.guidance = *number;
        if (const auto* number = value.as<int64_t>()) condition.guidance = double(*number);
    } else if (name == "reference_latents") {
        if (const auto* latents = value.as<PickleList>())
            for (const PickleRef& latent : latents->items)
                if (const auto found = tensor_of(latent)) condition.reference_latents.push_back(*found);
    } else if (tensor && name == "pooled_output") {
        condition.pooled = *tensor;
    } else if (tensor && name == "attention_mask") {
        condition.attention_mask = *tensor;
    } else if (tensor) {
        condition.extra[name] = *tensor;
    }
}

Condition read_condition(const PickleRef& value) {
    const PickleList& parts = list_of(value, "the prompts of a caption");
    if (parts.items.size() != 2) fail("a caption has no prompt");
    Condition condition;
    if (const auto prompt = tensor_of(parts.items[0])) condition.cross = *prompt;
    if (const auto* beside = parts.items[1]->as<PickleDict>())
        for (const auto& [name, member_value] : beside->items)
            if (const auto* text = name->as<std::string>()) take(condition, *text, *member_value);
    return condition;
}

void write_metadata(const fs::path& file, std::size_t samples, std::size_t shards, std::size_t shard_size) {
    const Json metadata{{"num_samples", samples}, {"num_shards", shards}, {"shard_size", shard_size}};
    std::ofstream out(file, std::ios::binary);
    out << metadata.dump(2);
    if (!out.flush()) throw UserError(file.string() + " cannot be written");
}

}  // namespace

void save_training_samples(const fs::path& folder, const TrainingSamples& samples, std::size_t shard_size) {
    const std::size_t count = samples.latents.size();
    if (count != samples.conditions.size())
        throw UserError("Number of latents (" + std::to_string(count) + ") does not match number of conditions (" +
                        std::to_string(samples.conditions.size()) + "). Something went wrong in dataset preparation.");
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (failed) throw UserError("the folder " + folder.string() + " cannot be made: " + failed.message());
    std::size_t shards = 0;
    for (std::size_t first = 0; first < count; first += shard_size, ++shards) {
        PickleList latents, conditions;
        for (std::size_t i = first; i < std::min(count, first + shard_size); ++i) {
            latents.items.push_back(written(samples.latents[i]));
            conditions.items.push_back(written(samples.conditions[i]));
        }
        PickleDict shard;
        set(shard, "latents", pickled(std::move(latents)));
        set(shard, "conditioning", pickled(std::move(conditions)));
        char name[32];
        std::snprintf(name, sizeof name, "shard_%04zu.pkl", shards);
        save_pickle(folder / name, PickleValue{std::move(shard)});
    }
    write_metadata(folder / "metadata.json", count, shards, shard_size);
}

TrainingSamples load_training_samples(const fs::path& folder) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with("shard_") && name.ends_with(".pkl")) files.push_back(entry.path());
    }
    if (files.empty()) throw UserError("No shard files found in " + folder.string());
    std::sort(files.begin(), files.end());
    TrainingSamples samples;
    for (const fs::path& file : files) {
        const PickleRef shard = read_pickle(std::make_shared<MappedFile>(file));
        for (const PickleRef& latent : list_of(member(*shard, "latents"), "latents").items)
            samples.latents.push_back(read_latent(latent));
        for (const PickleRef& caption : list_of(member(*shard, "conditioning"), "captions").items) {
            Conditioning conditions;
            for (const PickleRef& condition : list_of(caption, "the parts of a caption").items)
                conditions.push_back(read_condition(condition));
            samples.conditions.push_back(std::move(conditions));
        }
    }
    return samples;
}

}  // namespace easel::inference
