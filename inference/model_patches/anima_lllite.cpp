#include "inference/model_patches/anima_lllite.hpp"

#include "inference/image/resize.hpp"
#include "inference/sampling/model_options.hpp"
#include "inference/weights/blocks_of.hpp"

#include <array>
#include <charconv>

namespace easel::inference {
namespace {

constexpr std::string_view module_prefix = "lllite_dit_blocks_";
constexpr std::array known_modules{"self_attn_q_proj", "self_attn_k_proj", "self_attn_v_proj", "cross_attn_q_proj",
                                   "mlp_layer1"};
constexpr int64_t pixels_per_cell = 8;

GroupNorm group_norm(const Weights& w) {
    int64_t groups = 8;
    while (groups > 1 && w["weight"].size(0) % groups != 0)
        groups /= 2;
    return GroupNorm(w, 1e-5, groups);
}

std::string setting(const Weights& w, const char* name, const char* otherwise) {
    const std::string value = w.metadata(name);
    return value.empty() ? otherwise : value;
}

std::vector<int64_t> dilations_of(const Weights& w) {
    const std::string list = setting(w, "lllite.aspp_dilations", "1,2,4,8");
    std::vector<int64_t> dilations;
    const char* const end = list.data() + list.size();
    for (const char* at = list.data(); at < end; ++at) {
        int64_t value = 0;
        const auto read = std::from_chars(at, end, value);
        if (read.ec != std::errc()) continue;
        dilations.push_back(value);
        at = read.ptr;
    }
    return dilations;
}

// Whether `name` is `lllite_dit_blocks_<number>_<module>` of a module that Anima has.
bool is_known(std::string_view name) {
    name.remove_prefix(module_prefix.size());
    const auto digits = name.find_first_not_of("0123456789");
    if (digits == 0 || digits == name.npos || name[digits] != '_') return false;
    const std::string_view module = name.substr(digits + 1);
    return std::ranges::any_of(known_modules, [&](std::string_view known) { return known == module; });
}

// What the network sees of the picture, for latents of one size.
class SeenPicture {
public:
    SeenPicture(std::shared_ptr<const AnimaLllite> network, LllitePicture picture, double first, double last)
        : network_(std::move(network)), picture_(std::move(picture)), first_sigma_(first), last_sigma_(last) {}

    Tensor changed(Tensor x, const PatchPlace& place, std::string_view module) {
        const auto sigma = static_cast<double>(place.input.evaluation.sigma);
        if (picture_.strength == 0.0 || sigma > first_sigma_ || sigma < last_sigma_) return x;
        const Tensor& latent = place.input.x;
        if (latent.size(2) != 1) throw UserError("Anima LLLite is for pictures, not for videos");
        const Tensor features = features_for(latent.size(-2), latent.size(-1));
        return network_->changed(std::move(x), repeat_to_batch(features, latent.size(0)), place.block.index, module,
                                 picture_.strength);
    }

private:
    const Tensor& features_for(int64_t rows, int64_t columns) {
        if (features_.defined() && rows_ == rows && columns_ == columns) return features_;
        features_ = network_->features(hint(rows * pixels_per_cell, columns * pixels_per_cell));
        rows_ = rows;
        columns_ = columns;
        return features_;
    }

    Tensor hint(int64_t height, int64_t width) const {
        Tensor pixels = resize(picture_.pixels.movedim(-1, 1), width, height, "bicubic", Crop::center).clamp(0.0, 1.0);
        pixels = pixels * 2.0 - 1.0;
        if (!network_->reads_mask()) return pixels;
        const Tensor given = picture_.mask ? picture_.mask->unsqueeze(1) : at::zeros({1, 1, 1, 1}, pixels.options());
        Tensor mask = resize(given.to(at::kFloat), width, height, "nearest-exact", Crop::center);
        mask = repeat_to_batch(mask.ge(0.5).to(at::kFloat), pixels.size(0));
        if (network_->hides_masked()) pixels = pixels * (1.0 - mask);
        return at::cat({pixels, mask * 2.0 - 1.0}, 1);
    }

    std::shared_ptr<const AnimaLllite> network_;
    LllitePicture picture_;
    double first_sigma_, last_sigma_;
    int64_t rows_ = 0, columns_ = 0;
    Tensor features_;
};

}  // namespace

AnimaLllite::Normalised::Normalised(Conv2d conv_, const Weights& norm_)
    : conv(std::move(conv_)), norm(group_norm(norm_)) {}

AnimaLllite::ResidualBlock::ResidualBlock(const Weights& w)
    : norm1(group_norm(w / "norm1")), norm2(group_norm(w / "norm2")), conv1(w / "conv1"), conv2(w / "conv2") {}

Tensor AnimaLllite::ResidualBlock::operator()(const Tensor& x) const {
    return x + conv2(at::silu(norm2(conv1(at::silu(norm1(x))))));
}

Tensor AnimaLllite::Reaches::Branch::operator()(const Tensor& x) const {
    const int64_t padding = dilation == 1 ? 0 : dilation;
    return at::silu(
        norm(at::conv2d(x, conv.weight.like(x), conv.bias.like(x), {1, 1}, {padding, padding}, {dilation, dilation})));
}

AnimaLllite::Reaches::Reaches(const Weights& w)
    : whole(Conv2d(w / "global_conv" / 0), w / "global_conv" / 1), out(Conv2d(w / "proj" / 0), w / "proj" / 1) {
    const std::vector<int64_t> dilations = dilations_of(w);
    for (std::size_t i = 0; i < dilations.size(); ++i) {
        const Weights branch = w / "branches" / static_cast<int64_t>(i);
        branches.push_back({Conv2d(branch / 0), group_norm(branch / 1), dilations[i]});
    }
}

Tensor AnimaLllite::Reaches::operator()(const Tensor& x) const {
    std::vector<Tensor> parts;
    for (const Branch& branch : branches)
        parts.push_back(branch(x));
    parts.push_back(whole(x.mean({2, 3}, /*keepdim=*/true)).expand_as(parts.front()));
    return out(at::cat(parts, 1));
}

AnimaLllite::PictureNetwork::PictureNetwork(const Weights& w)
    : in(w / "conv1", 4, 0), norm_in(group_norm(w / "norm1")), middle(Conv2d(w / "conv2"), w / "norm2"),
      last(Conv2d(w / "conv3", 4, 0), w / "norm3"), out(w / "proj"), norm_out(w / "out_norm") {
    blocks = blocks_of<ResidualBlock>(w / "resblocks");
    if (w.has_part("aspp")) reaches.emplace(w / "aspp");
}

Tensor AnimaLllite::PictureNetwork::operator()(const Tensor& hint) const {
    Tensor x = last(middle(at::silu(norm_in(in(hint)))));
    for (const ResidualBlock& block : blocks)
        x = block(x);
    if (reaches) x = (*reaches)(x);
    return norm_out(out(x).flatten(2).transpose(1, 2).contiguous());
}

AnimaLllite::Module::Module(const Weights& w)
    : down(w / "down"), mid(w / "mid"), film(w / "cond_to_film"), up(w / "up"), depth(w["depth_embed"]) {}

Tensor AnimaLllite::Module::operator()(const Tensor& x, const Tensor& features, double strength) const {
    const Tensor local = features + depth.like(features);
    const auto parts = film(local).chunk(2, -1);  // scale, shift
    const Tensor hidden = mid(at::cat({local, at::silu(down(x))}, -1));
    return x + up(at::silu(hidden * (parts[0] + 1.0) + parts[1])) * strength;
}

AnimaLllite::AnimaLllite(const Weights& w)
    : weights_(w), picture_(w / "lllite_conditioning1"),
      hides_masked_(setting(w, "lllite.inpaint_masked_input", "false") == "true") {
    if (const std::string version = setting(w, "lllite.version", "2"); version != "2")
        throw ModelError(w.origin() + " is an Anima LLLite of version " + version + ", of which only 2 is known");
    for (const std::string& key : w.keys()) {
        if (!key.starts_with(module_prefix)) continue;
        const std::string name = key.substr(0, key.find('.'));
        if (modules_.contains(name)) continue;
        if (!is_known(name)) throw ModelError(w.origin() + " is for a module that Anima lacks: " + name);
        modules_.emplace(name, Module(w / name));
    }
    if (modules_.empty()) throw ModelError(w.origin() + " has no " + std::string(module_prefix) + "* modules");
}

Tensor AnimaLllite::features(const Tensor& hint) const {
    weights_.table()->use(nullptr);
    return picture_(hint.to(weights_.device(), weights_.compute_dtype()));
}

Tensor AnimaLllite::changed(Tensor x, const Tensor& features, int64_t block, std::string_view name,
                            double strength) const {
    const auto module = modules_.find(std::string(module_prefix) + std::to_string(block) + "_" + std::string(name));
    if (module == modules_.end()) return x;
    if (x.size(1) != features.size(1))
        throw UserError("the picture for Anima LLLite has " + std::to_string(features.size(1)) +
                        " tokens, the latent " + std::to_string(x.size(1)) +
                        ": use sides that are multiples of 16 pixels");
    return module->second(x, features.to(x.scalar_type()), strength);
}

Model with_lllite(const Model& model, std::shared_ptr<const AnimaLllite> network, LllitePicture picture) {
    const NoiseLevels& levels = *model.parameterization().levels;
    const double first = levels.percent_to_sigma(picture.start_percent);
    const double last = levels.percent_to_sigma(picture.end_percent);
    const auto seen = std::make_shared<SeenPicture>(std::move(network), std::move(picture), first, last);
    return with_changed_options(model, [&](ModelOptions& options) {
        options.patches.self_input.push_back([seen](AttentionInput input, const PatchPlace& place) {
            return AttentionInput{.x = seen->changed(input.x, place, "self_attn_q_proj"),
                                  .context = seen->changed(input.context, place, "self_attn_k_proj"),
                                  .value = seen->changed(input.value, place, "self_attn_v_proj")};
        });
        options.patches.cross_input.push_back([seen](AttentionInput input, const PatchPlace& place) {
            input.x = seen->changed(input.x, place, "cross_attn_q_proj");
            return input;
        });
        options.patches.feed_forward_input.push_back(
            [seen](Tensor x, const PatchPlace& place) { return seen->changed(std::move(x), place, "mlp_layer1"); });
    });
}

}  // namespace easel::inference
