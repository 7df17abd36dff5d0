#include "inference/model_patches/supir.hpp"

#include "base/error.hpp"
#include "inference/layers/attention.hpp"
#include "inference/layers/timestep_embedding.hpp"
#include "inference/models/detect.hpp"
#include "inference/patches/patch.hpp"

namespace easel::inference {
namespace {

constexpr std::string_view hint_mark = "control_model.input_hint_block.0.weight";

// A weight that takes the place of another.
class Replaced final : public Patch {
public:
    explicit Replaced(Tensor weight) : weight_(std::move(weight)) {}
    Tensor apply(Tensor weight, double) const override {
        if (weight.sizes() != weight_.sizes()) throw ModelError("the encoder has other sizes");
        return weight.copy_(weight_);
    }

private:
    Tensor weight_;
};

// Patches of a table, for as long as this lives.
class UsedPatches {
public:
    UsedPatches(WeightTable& table, std::shared_ptr<const PatchSet> patches) : table_(table) { table.use(patches); }
    ~UsedPatches() { table_.use(nullptr); }
    UsedPatches(const UsedPatches&) = delete;
    UsedPatches& operator=(const UsedPatches&) = delete;

private:
    WeightTable& table_;
};

Tensor tokens_of(const Tensor& x) { return x.flatten(2).transpose(1, 2); }

}  // namespace

TensorMap supir_tensors(const TensorMap& tensors) {
    const bool is_whole = tensors.contains("model." + std::string(hint_mark));
    if (!is_whole && !tensors.contains(std::string(hint_mark))) return {};
    TensorMap found;
    const auto take = [&](const std::string& from, const std::string& to) {
        for (const auto& [key, tensor] : part_of(tensors, from))
            found.emplace(to + key, tensor);
    };
    take(is_whole ? "model.control_model." : "control_model.", "control_model.");
    take(is_whole ? "model.diffusion_model.project_modules." : "project_modules.", "project_modules.");
    return found;
}

TensorMap supir_encoder_tensors(const TensorMap& tensors) {
    return part_of(tensors, "first_stage_model.denoise_encoder.");
}

Supir::Modulated::Modulated(const Weights& w)
    : norm(w / "param_free_norm"), shared(w / "mlp_shared" / 0, 1, 1), scale(w / "zero_mul", 1, 1),
      shift(w / "zero_add", 1, 1), direct(w / "zero_conv", 1, 0) {}

Supir::Attending::Attending(const Weights& w)
    : q(w / "attn" / "to_q"), k(w / "attn" / "to_k"), v(w / "attn" / "to_v"), out(w / "attn" / "to_out" / 0),
      norm(w / "norm1"), features_norm(w / "norm2") {}

Supir::Supir(const Weights& w, TensorMap encoder)
    : weights_(w), encoder_(std::move(encoder)), channels_(w["control_model.input_blocks.0.0.weight"].size(0)),
      time_in_(w / "control_model" / "time_embed" / 0), time_out_(w / "control_model" / "time_embed" / 2),
      label_in_(w / "control_model" / "label_emb" / 0 / 0), label_out_(w / "control_model" / "label_emb" / 0 / 2),
      hint_(w / "control_model" / "input_hint_block" / 0, 1, 1) {
    const Weights control = w / "control_model";
    for (int64_t i = 0; i < control.count("input_blocks"); ++i)
        input_.emplace_back(control / "input_blocks" / i);
    for (int64_t i = 0; i < control.count("middle_block"); ++i)
        middle_.push_back(sd::Stage::of_one(control / "middle_block" / i));
    // The file has them from the outside in.
    for (int64_t i = w.count("project_modules"); i-- > 0;) {
        const Weights part = w / "project_modules" / i;
        Adapter adapter;
        if (part.has_part("attn"))
            adapter.attending.emplace(part);
        else
            adapter.modulated.emplace(part);
        adapters_.push_back(std::move(adapter));
    }
}

Supir::Place Supir::place_of(int64_t adapter) const {
    if (adapters_[static_cast<std::size_t>(adapter)].attending) return Place::growing;
    return adapter == 0 ? Place::middle : Place::skip;
}

std::vector<Tensor> Supir::features(const NetworkInput& input, const Tensor& latent) const {
    if (!input.vector.defined() || !input.context.defined() || input.vector.size(-1) != label_in_.in_features())
        throw UserError("SUPIR works inside SDXL, and this model is another one");
    weights_.table()->use(nullptr);
    const at::ScalarType dtype = weights_.compute_dtype();
    const Tensor waves = timestep_embedding(input.timestep, channels_).to(dtype);
    const Tensor embedding =
        at::silu(time_out_(at::silu(time_in_(waves))) + label_out_(at::silu(label_in_(input.vector.to(dtype)))));
    const Tensor context = input.context.to(dtype);
    const sd::BlockInputs told{.time_embedding = embedding, .context = context};
    static const NetworkInput unchanged;  // the model's patches are not for this network
    PatchPlace place{.input = unchanged};

    std::vector<Tensor> found;
    const auto stacked = [&](const Tensor& x) { return x.to(dtype).contiguous(at::MemoryFormat::ChannelsLast); };
    Tensor h = stacked(input.x);
    for (std::size_t i = 0; i < input_.size(); ++i) {
        h = input_[i](h, told, {}, place);
        if (i == 0) h = h + hint_(stacked(latent));
        found.push_back(h);
    }
    for (const sd::Stage& stage : middle_)
        h = stage(h, told, {}, place);
    found.push_back(h);
    return found;
}

Tensor Supir::adapted(int64_t adapter, const Tensor& features, const Tensor& h, const Tensor& skip,
                      double strength) const {
    const Adapter& part = adapters_[static_cast<std::size_t>(adapter)];
    if (part.attending) {
        constexpr int64_t head_size = 64;
        const Attending& at = *part.attending;
        const Tensor seen = tokens_of(at.features_norm(features));
        const Tensor read =
            at.out(attention(at.q(tokens_of(at.norm(h))), at.k(seen), at.v(seen), at.q.out_features() / head_size));
        return h + read.transpose(1, 2).unflatten(2, h.sizes().slice(2)) * strength;
    }
    const Modulated& modulated = *part.modulated;
    // In the middle there is no skip connection.
    const auto beside = [&](const Tensor& own) { return skip.defined() ? at::cat({h, own}, 1) : own; };
    const Tensor& own = skip.defined() ? skip : h;
    const Tensor shared = at::silu(modulated.shared(features));
    const Tensor normal = modulated.norm(beside(own + modulated.direct(features)));
    const Tensor steered = at::addcmul(normal + modulated.shift(shared), normal, modulated.scale(shared));
    return at::lerp(beside(own), steered, strength);
}

Tensor Supir::encoded(const Vae& vae, const Tensor& pixels) const {
    if (encoder_.empty()) return vae.encode(pixels);
    if (!vae.weights()) throw UserError("SUPIR's encoder needs the autoencoder of SDXL, and this VAE is another kind");
    PatchList patches;
    for (const auto& [key, tensor] : encoder_)
        patches.emplace_back("encoder." + key, AppliedPatch{.patch = std::make_shared<Replaced>(tensor)});
    const UsedPatches used(*vae.weights(), PatchSet::with(nullptr, patches));
    return vae.encode(pixels);
}

}  // namespace easel::inference
