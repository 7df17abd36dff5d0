#include "inference/engine.hpp"

#include "base/log.hpp"
#include "inference/memory/device_memory.hpp"
#include "inference/models/checkpoint_file.hpp"
#include "inference/models/detect.hpp"
#include "inference/text/text_family.hpp"
#include "inference/vae/diffusers_vae.hpp"
#include "inference/vae/pixel_space.hpp"
#include "inference/vae/tiny.hpp"
#include "inference/weights/safetensors.hpp"

#include <algorithm>
#include <map>

namespace easel::inference {

namespace {

namespace fs = std::filesystem;

// A file's name and which content it had: a file that is written anew is opened anew.
using FileKey = std::tuple<std::string, fs::file_time_type, std::uintmax_t>;

FileKey key_of(const fs::path& path) {
    std::error_code error;
    const auto time = fs::last_write_time(path, error);
    const auto size = error ? 0 : fs::file_size(path, error);
    return {fs::absolute(path).lexically_normal().string(), time, error ? 0 : size};
}

[[noreturn]] void unknown_model(const fs::path& path, const TensorMap& tensors) {
    throw ModelError("ERROR: Could not detect model type of: " + path.string() + "\n" + describe(tensors));
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : " and ") + word;
    return text;
}

}  // namespace

struct Engine::State {
    Options options;
    Families families;
    TextFamilies text_families;
    // Of the device that computes, and of the processor where that is another one.
    std::shared_ptr<DeviceMemory> memory, host_memory;

    std::map<FileKey, std::shared_ptr<const WeightFile>> files;
    std::map<FileKey, Checkpoint> checkpoints;
    std::map<std::pair<FileKey, WeightDtype>, Model> models;
    std::map<std::pair<std::string, std::vector<FileKey>>, TextEncoder> text_encoders;
    std::map<FileKey, Vae> vaes;
    std::map<FileKey, std::shared_ptr<const Lora>> loras;
    std::map<FileKey, ClipVision> clip_visions;
    std::map<FileKey, StyleModel> style_models;
    std::map<FileKey, UpscaleModel> upscale_models;
    std::map<FileKey, ControlNet> control_nets;
    std::map<FileKey, std::shared_ptr<const Gligen>> gligens;
    std::map<FileKey, std::shared_ptr<const ModelPatch>> model_patches;
    std::map<std::pair<FileKey, ModelPart>, Weights> weights;
    std::map<std::tuple<FileKey, std::string, std::optional<at::ScalarType>>, Weights> networks;

    std::shared_ptr<const WeightFile> open(const fs::path& path) {
        const auto key = key_of(path);
        if (const auto found = files.find(key); found != files.end()) return found->second;
        auto file = std::make_shared<const WeightFile>(open_weights(path));
        logger("inference")->debug("opened {}: {} tensors", path.filename().string(), file->tensors.size());
        return files.emplace(key, std::move(file)).first->second;
    }

    Weights table(TensorMap tensors, const fs::path& path, ModelPart part,
                  std::optional<at::ScalarType> round_to = std::nullopt) {
        const bool on_cpu = part == ModelPart::text_encoder && options.memory.text_on_cpu;
        const auto& place = on_cpu ? host_memory : memory;
        auto result = std::make_shared<WeightTable>(
            std::move(tensors), WeightTable::Settings{.origin = path.filename().string(),
                                                      .compute_dtype = compute_dtype(part, options.compute),
                                                      .device = place->device(),
                                                      .round_to = round_to,
                                                      .pack = part != ModelPart::text_encoder,
                                                      .half_products = half_products(part, options.compute),
                                                      .metadata = open(path)->metadata,
                                                      .memory = place});
        return Weights(result);
    }

    Vae vae(TensorMap tensors, const fs::path& path) {
        const Weights w = table(kl_in_own_layout(std::move(tensors)), path, ModelPart::vae);
        return inference::load_vae(w).with_weights(w.table());
    }

    ClipVision vision(TensorMap tensors, const fs::path& path) {
        return inference::load_clip_vision(
            table(std::move(tensors), path, ModelPart::text_encoder, text_rounding(options.compute)));
    }

    Model model(const Family& family, TensorMap network, const fs::path& path,
                std::optional<at::ScalarType> round_to = std::nullopt) {
        const Weights w = table(std::move(network), path, ModelPart::diffusion_model, round_to);
        return Model({.family = std::string(family.name),
                      .network = family.build(w),
                      .weights = w.table(),
                      .parameterization = family.parameterization(w),
                      .latent_format = family.latent_format(w)});
    }

    TextEncoder text(const TextFamily& family, std::vector<EncoderFile> encoders, const fs::path& path) {
        if (family.adapt != nullptr) family.adapt(encoders);
        TensorMap tensors;
        for (const EncoderFile& encoder : encoders)
            for (const auto& [key, tensor] : encoder.tensors)
                tensors.emplace(encoder.kind + "." + key, tensor);
        const Weights w = table(std::move(tensors), path, ModelPart::text_encoder, text_rounding(options.compute));
        return TextEncoder(family.build(w, {.embedding_folders = options.embedding_folders}), w.table());
    }

    // The text encoders of a checkpoint, where it has any.
    std::optional<TextEncoder> text_in(const Family& family, const TensorMap& tensors, const fs::path& path) {
        std::vector<EncoderFile> encoders;
        for (const CheckpointText::Part& part : family.text.parts) {
            for (const std::string_view prefix : part.prefixes) {
                auto encoder = recognise_encoder(part_of(tensors, prefix));
                if (!encoder) continue;
                encoder->kind = part.kind;
                // A tokenizer that comes with the encoder stands beside all encoders.
                for (const char* tokenizer : {"spiece_model", "tekken_model"})
                    if (const auto own = tensors.find(std::string("text_encoders.") + tokenizer); own != tensors.end())
                        encoder->tensors.emplace(tokenizer, own->second);
                encoders.push_back(std::move(*encoder));
                break;
            }
        }
        const auto reads = [&](const TextFamily& candidate) { return candidate.name == family.text.family; };
        const auto reader = std::ranges::find_if(text_families, reads);
        if (reader == text_families.end() || (encoders.empty() && !family.text.is_in_network)) {
            logger("inference")->warn("{} has no text encoder that is known", path.filename().string());
            return std::nullopt;
        }
        return text(*reader, std::move(encoders), path);
    }
};

Engine::Engine(Options options) : state_(std::make_unique<State>()) {
    state_->options = std::move(options);
    const at::Device device = state_->options.compute.device;
    state_->memory = std::make_shared<DeviceMemory>(device, state_->options.memory);
    state_->host_memory =
        device.is_cpu() ? state_->memory : std::make_shared<DeviceMemory>(at::kCPU, state_->options.memory);
    register_families(state_->families);
    register_text_families(state_->text_families);
}

Engine::~Engine() = default;

Checkpoint Engine::load_checkpoint(const fs::path& path) {
    const auto key = key_of(path);
    if (const auto found = state_->checkpoints.find(key); found != state_->checkpoints.end()) return found->second;
    const auto file = state_->open(path);
    auto network = network_in(file->tensors);
    const Family* family = match_family(state_->families, network);
    if (family == nullptr) family = adopt_diffusers(state_->families, network);
    if (family == nullptr) unknown_model(path, file->tensors);

    Checkpoint checkpoint;
    checkpoint.model = state_->model(*family, std::move(network), path);
    checkpoint.clip = state_->text_in(*family, file->tensors, path);
    for (const std::string_view prefix :
         {family->vae_prefix, std::string_view("first_stage_model."), std::string_view("vae.")}) {
        auto vae = part_of(file->tensors, prefix);
        if (vae.empty()) continue;
        checkpoint.vae = state_->vae(std::move(vae), path);
        break;
    }
    if (!family->vision_prefix.empty())
        if (auto vision = canonical_clip_vision(part_of(file->tensors, family->vision_prefix)); !vision.empty())
            checkpoint.vision = state_->vision(std::move(vision), path);
    if (family->draws_pixels) checkpoint.vae = pixel_space_vae();
    return state_->checkpoints.emplace(key, std::move(checkpoint)).first->second;
}

Model Engine::load_diffusion_model(const fs::path& path, WeightDtype dtype) {
    const std::pair key(key_of(path), dtype);
    if (const auto found = state_->models.find(key); found != state_->models.end()) return found->second;
    const auto file = state_->open(path);
    auto network = network_in(file->tensors);
    const Family* family = match_family(state_->families, network);
    if (family == nullptr) family = adopt_diffusers(state_->families, network);
    if (family == nullptr) unknown_model(path, file->tensors);
    std::optional<at::ScalarType> round_to;
    if (dtype == WeightDtype::fp8_e4m3fn) round_to = at::kFloat8_e4m3fn;
    if (dtype == WeightDtype::fp8_e5m2) round_to = at::kFloat8_e5m2;
    return state_->models.emplace(key, state_->model(*family, std::move(network), path, round_to)).first->second;
}

TextEncoder Engine::load_text_encoder(const std::vector<fs::path>& paths, std::string_view type) {
    std::pair<std::string, std::vector<FileKey>> key{std::string(type), {}};
    for (const auto& path : paths)
        key.second.push_back(key_of(path));
    if (const auto found = state_->text_encoders.find(key); found != state_->text_encoders.end()) return found->second;
    std::vector<EncoderFile> encoders;
    std::vector<std::string> kinds;
    for (const auto& path : paths) {
        const auto file = state_->open(path);
        auto encoder = recognise_encoder(file->tensors);
        if (!encoder) {
            const std::string what = describe(file->tensors);
            throw ModelError(path.filename().string() + " is no text encoder that is known" +
                             (what.empty() ? "" : ": " + what));
        }
        kinds.push_back(encoder->kind);
        encoders.push_back(std::move(*encoder));
    }
    const auto takes = [&](const TextFamily& family) { return family.matches(type, kinds); };
    const auto family = std::ranges::find_if(state_->text_families, takes);
    if (family == state_->text_families.end())
        throw ModelError("the type " + std::string(type) + " does not take these text encoders, or they are not " +
                         "supported together: " + joined(kinds));
    return state_->text_encoders.emplace(key, state_->text(*family, encoders, paths.front())).first->second;
}

Vae Engine::load_vae(const fs::path& path) {
    const auto key = key_of(path);
    if (const auto found = state_->vaes.find(key); found != state_->vaes.end()) return found->second;
    const auto file = state_->open(path);
    auto tensors = part_of(file->tensors, "first_stage_model.");
    if (tensors.empty()) tensors = file->tensors;
    try {
        auto vae = state_->vae(std::move(tensors), path);
        return state_->vaes.emplace(key, std::move(vae)).first->second;
    } catch (const ModelError& error) {
        const std::string what = describe(file->tensors);
        throw ModelError(path.filename().string() +
                         " is no VAE that can be loaded: " + (what.empty() ? std::string(error.what()) : what));
    }
}

Vae Engine::load_tiny_vae(const fs::path& encoder, const fs::path& decoder, std::string_view variant) {
    const auto key = key_of(decoder);
    if (const auto found = state_->vaes.find(key); found != state_->vaes.end()) return found->second;
    const TinyVariant* known = find_tiny_variant(variant);
    if (known == nullptr) throw UserError("there is no tiny autoencoder " + std::string(variant));
    TensorMap tensors;
    for (const auto& [name, tensor] : state_->open(encoder)->tensors)
        tensors.emplace("encoder." + name, tensor);
    for (const auto& [name, tensor] : state_->open(decoder)->tensors)
        tensors.emplace("decoder." + name, tensor);
    const Weights w = state_->table(std::move(tensors), decoder, ModelPart::vae);
    Vae vae = Vae(std::make_shared<TinyAutoencoder>(w, *known)).with_weights(w.table());
    return state_->vaes.emplace(key, std::move(vae)).first->second;
}

std::shared_ptr<const Lora> Engine::load_lora(const fs::path& path) {
    const auto key = key_of(path);
    if (const auto found = state_->loras.find(key); found != state_->loras.end()) return found->second;
    const auto file = state_->open(path);
    auto lora = std::make_shared<const Lora>(file->tensors, path.filename().string(), file->metadata);
    return state_->loras.emplace(key, std::move(lora)).first->second;
}

ClipVision Engine::load_clip_vision(const fs::path& path) {
    const auto key = key_of(path);
    if (const auto found = state_->clip_visions.find(key); found != state_->clip_visions.end()) return found->second;
    const auto file = state_->open(path);
    auto tensors = canonical_clip_vision(file->tensors);
    if (tensors.empty())
        throw ModelError("ERROR: clip vision file is invalid and does not contain a valid vision model.\n" +
                         describe(file->tensors));
    return state_->clip_visions.emplace(key, state_->vision(std::move(tensors), path)).first->second;
}

StyleModel Engine::load_style_model(const fs::path& path) {
    const auto key = key_of(path);
    if (const auto found = state_->style_models.find(key); found != state_->style_models.end()) return found->second;
    const auto file = state_->open(path);
    if (!file->tensors.contains("redux_down.weight")) throw ModelError("invalid style model " + path.string());
    const Weights w = state_->table(file->tensors, path, ModelPart::text_encoder);
    return state_->style_models.emplace(key, StyleModel(w)).first->second;
}

UpscaleModel Engine::load_upscale_model(const fs::path& path) {
    const auto key = key_of(path);
    if (const auto found = state_->upscale_models.find(key); found != state_->upscale_models.end())
        return found->second;
    const auto file = state_->open(path);
    auto tensors = upscale_tensors(file->tensors, path.filename().string());
    const Weights w = state_->table(std::move(tensors), path, ModelPart::upscale_model);
    return state_->upscale_models.emplace(key, make_upscale_model(w)).first->second;
}

ControlNet Engine::load_control_net(const fs::path& path, const Model* base) {
    const auto key = key_of(path);
    if (const auto found = state_->control_nets.find(key); base == nullptr && found != state_->control_nets.end())
        return found->second;
    const auto file = state_->open(path);
    // Networks that wait for their model keep this function longer than the call.
    const std::function<Weights(TensorMap)> table = [state = state_.get(), path](TensorMap tensors) {
        return state->table(std::move(tensors), path, ModelPart::diffusion_model);
    };
    ControlNet net(load_control_network(
        {.tensors = file->tensors, .name = path.filename().string(), .table = table, .base = base}));
    if (base == nullptr) state_->control_nets.emplace(key, net);
    return net;
}

std::shared_ptr<const Gligen> Engine::load_gligen(const fs::path& path) {
    const auto key = key_of(path);
    if (const auto found = state_->gligens.find(key); found != state_->gligens.end()) return found->second;
    const auto file = state_->open(path);
    auto gligen = std::make_shared<const Gligen>(state_->table(file->tensors, path, ModelPart::diffusion_model));
    return state_->gligens.emplace(key, std::move(gligen)).first->second;
}

std::shared_ptr<const ModelPatch> Engine::load_model_patch(const fs::path& path) {
    const auto key = key_of(path);
    if (const auto found = state_->model_patches.find(key); found != state_->model_patches.end()) return found->second;
    const auto file = state_->open(path);
    const std::function<Weights(TensorMap)> table = [&](TensorMap tensors) {
        return state_->table(std::move(tensors), path, ModelPart::diffusion_model);
    };
    auto patch = inference::load_model_patch({.tensors = file->tensors, .table = table});
    return state_->model_patches.emplace(key, std::move(patch)).first->second;
}

Weights Engine::load_weights(const fs::path& path, ModelPart part) {
    const std::pair key(key_of(path), part);
    if (const auto found = state_->weights.find(key); found != state_->weights.end()) return found->second;
    return state_->weights.emplace(key, state_->table(state_->open(path)->tensors, path, part)).first->second;
}

Weights Engine::load_network(const fs::path& path, std::string_view kind, NetworkSelection select,
                             std::optional<at::ScalarType> round_to) {
    const std::tuple key(key_of(path), std::string(kind), round_to);
    if (const auto found = state_->networks.find(key); found != state_->networks.end()) return found->second;
    const auto file = state_->open(path);
    auto tensors = select(file->tensors);
    if (tensors.empty()) {
        const std::string what = describe(file->tensors);
        throw ModelError(path.filename().string() + " is no " + std::string(kind) + " that is known" +
                         (what.empty() ? "" : ": " + what));
    }
    const Weights w = state_->table(std::move(tensors), path, ModelPart::upscale_model, round_to);
    return state_->networks.emplace(key, w).first->second;
}

PendingTensors Engine::checkpoint_tensors(const Model& model, const TextEncoder* clip, const Vae* vae,
                                          const ClipVision* vision) const {
    const auto family = std::ranges::find(state_->families, model.family(), &Family::name);
    return inference::checkpoint_tensors(*family, model, clip, vae, vision);
}

void Engine::unload_all() {
    state_->memory->unload_all();
    state_->host_memory->unload_all();
}

void Engine::forget_unused() {
    state_->checkpoints.clear();
    state_->models.clear();
    state_->text_encoders.clear();
    state_->vaes.clear();
    state_->loras.clear();
    state_->clip_visions.clear();
    state_->style_models.clear();
    state_->upscale_models.clear();
    state_->control_nets.clear();
    state_->gligens.clear();
    state_->model_patches.clear();
    state_->weights.clear();
    state_->networks.clear();
    state_->files.clear();
}

std::size_t Engine::resident_bytes() const { return state_->memory->resident_bytes(); }

const DeviceMemory& Engine::memory() const { return *state_->memory; }

const ComputeOptions& Engine::compute() const { return state_->options.compute; }

}  // namespace easel::inference
