#include "inference/model_patches/z_image_control.hpp"

#include "inference/image/resize.hpp"
#include "inference/layers/patches.hpp"
#include "inference/sampling/model_options.hpp"
#include "inference/vae/latent_format.hpp"
#include "inference/weights/blocks_of.hpp"

#include <array>
#include <cmath>
#include <utility>

namespace easel::inference {
namespace {

constexpr int64_t patch = 2, latent_channels = 16;
constexpr double network_layers = 30.0;

constexpr std::array<std::pair<std::string_view, std::string_view>, 3> attention_names{{
    {".attention.to_out.0.", ".attention.out."},
    {".attention.norm_q.", ".attention.q_norm."},
    {".attention.norm_k.", ".attention.k_norm."},
}};

Tensor grey(const Tensor& pixels) { return at::full_like(pixels, 0.5); }

// What a run knows of the picture: its latent for one size, and how far its blocks have come in this evaluation.
class Follower {
public:
    Follower(std::shared_ptr<const ZImageControl> control, ZImageControlPicture picture)
        : control_(std::move(control)), picture_(std::move(picture)) {}

    void operator()(const AfterBlock& after, const PatchPlace& place) {
        if (place.block.kind == BlockKind::refiner)
            refine(after, place);
        else
            advance(after, place);
    }

private:
    struct State {
        int64_t layer;  // the last that was run; -1 before the first, less in the refiner
        Tensor picture;
    };

    // How many of the network's blocks there are for each of ours.
    int64_t stride() const {
        return static_cast<int64_t>(std::nearbyint(network_layers / static_cast<double>(control_->layers())));
    }

    void start(int64_t block, int64_t layer, const AfterBlock& after, const PatchPlace& place) {
        if (state_ && state_->layer <= block / stride()) return;
        const Tensor& x = place.input.x;
        state_ = State{layer, control_->embedded(latent_for(x.size(-2), x.size(-1)), after.rope, after.time)};
    }

    void add(const Tensor& residual, const AfterBlock& after) const {
        if (residual.defined())
            after.image.narrow(1, 0, residual.size(1)).add_(residual.to(after.image.scalar_type()), picture_.strength);
    }

    void refine(const AfterBlock& after, const PatchPlace& place) {
        start(place.block.index, -3, after, place);
        const ZImageControl::Step step = control_->refined(place.block.index, state_->picture, after);
        state_ = State{state_->layer + 1, step.picture};
        add(step.residual, after);
    }

    void advance(const AfterBlock& after, const PatchPlace& place) {
        const int64_t block = place.block.index, layers = control_->layers();
        if (block > (layers - 1) * stride()) {
            state_.reset();
            return;
        }
        start(block, -1, after, place);
        Tensor residual;
        while (state_->layer < block / stride() && state_->layer + 1 < layers) {
            const ZImageControl::Step step = control_->advanced(state_->layer + 1, state_->picture, after);
            state_ = State{state_->layer + 1, step.picture};
            residual = step.residual;
        }
        if (block != state_->layer * stride()) return;
        add(residual, after);
        if (state_->layer + 1 == layers) state_.reset();
    }

    const Tensor& latent_for(int64_t rows, int64_t columns) {
        const int64_t cell = picture_.vae.downscale_ratio();
        const int64_t height = (rows + rows % patch) * cell, width = (columns + columns % patch) * cell;
        if (latent_.defined() && height_ == height && width_ == width) return latent_;
        const Tensor& first = picture_.to_fill && !picture_.pixels ? *picture_.to_fill : *picture_.pixels;
        const bool differ =
            picture_.pixels && picture_.to_fill && picture_.pixels->sizes() != picture_.to_fill->sizes();
        const bool fits = !differ && first.size(1) == height && first.size(2) == width;
        const auto sized = [&](const std::optional<Tensor>& pixels) {
            return pixels && !fits ? resize_image(*pixels, width, height, "area", Crop::center) : pixels;
        };
        latent_ = latent(sized(picture_.pixels), sized(picture_.to_fill));
        height_ = height;
        width_ = width;
        return latent_;
    }

    Tensor encoded(const Tensor& pixels) const { return flux_latent_format().to_model(picture_.vae.encode(pixels)); }

    Tensor latent(const std::optional<Tensor>& pixels, std::optional<Tensor> to_fill) const {
        if (!control_->fills()) {
            if (!pixels) throw UserError("this ControlNet for Z-Image needs a picture to follow");
            return encoded(*pixels);
        }
        if (!to_fill) to_fill = grey(*pixels);
        const std::optional<Tensor> mask =
            picture_.kept ? std::optional<Tensor>(picture_.kept->unsqueeze(1)) : std::nullopt;
        if (mask) {
            const Tensor drawn = resize(*mask, to_fill->size(2), to_fill->size(1), "bilinear", Crop::center).round();
            to_fill = (*to_fill - 0.5) * drawn.movedim(1, -1) + 0.5;
        }
        const Tensor filled = encoded(*to_fill);
        const Tensor kept = mask ? resize(*mask, filled.size(-1), filled.size(-2), "nearest", Crop::center) : Tensor();
        return at::cat({pixels ? encoded(*pixels) : encoded(grey(*to_fill)),
                        kept.defined() ? repeat_to_batch(kept, filled.size(0)) : at::zeros_like(filled.narrow(1, 0, 1)),
                        filled},
                       1);
    }

    std::shared_ptr<const ZImageControl> control_;
    ZImageControlPicture picture_;
    int64_t height_ = 0, width_ = 0;
    Tensor latent_;
    std::optional<State> state_;
};

}  // namespace

TensorMap z_image_control_tensors(const TensorMap& tensors) {
    constexpr std::string_view query = ".attention.to_q.";
    TensorMap result;
    for (const auto& [key, tensor] : tensors) {
        if (key.find(".attention.to_k.") != key.npos || key.find(".attention.to_v.") != key.npos) continue;
        std::string name = key;
        Tensor value = tensor;
        if (const auto at = key.find(query); at != key.npos) {
            const auto other = [&](const char* part) {
                std::string sibling = key;
                return tensors.at(sibling.replace(at, query.size(), part));
            };
            value = at::cat({tensor, other(".attention.to_k."), other(".attention.to_v.")});
            name.replace(at, query.size(), ".attention.qkv.");
        }
        for (const auto& [theirs, ours] : attention_names)
            if (const auto at = name.find(theirs); at != name.npos) name.replace(at, theirs.size(), ours);
        result.emplace(std::move(name), std::move(value));
    }
    return result;
}

ZImageControl::Layer::Layer(const Weights& w) : block(w), after(w / "after_proj") {
    if (w.has_part("before_proj")) before.emplace(w / "before_proj");
}

ZImageControl::Step ZImageControl::Layer::operator()(Tensor picture, const AfterBlock& around) const {
    const int64_t tokens = picture.size(1);
    if (before) picture = (*before)(picture) + around.at_start.narrow(1, 0, tokens);
    picture = block(picture, around.rope.tokens(0, tokens), around.time);
    return {.picture = picture, .residual = after(picture)};
}

ZImageControl::ZImageControl(const Weights& w) : weights_(w), in_(w / "control_all_x_embedder" / "2-1") {
    layers_ = blocks_of<Layer>(w / "control_layers");
    const Weights refiner = w / "control_noise_refiner";
    for (int64_t i = 0; i < refiner.count(); ++i) {
        if (refiner.has_part("0.after_proj"))
            refiner_.emplace_back(refiner / i);
        else
            plain_refiner_.emplace_back(refiner / i);
    }
    constexpr std::size_t layers_of_2_1 = 15;
    refines_with_layers_ = layers_.size() >= layers_of_2_1 && !refiner_.empty() &&
                           refiner_.front().after.weight.stored().count_nonzero().item<int64_t>() == 0;
}

bool ZImageControl::fills() const { return in_.in_features() > latent_channels * patch * patch; }

Tensor ZImageControl::embedded(const Tensor& latent, const Rope& rope, const Tensor& time) const {
    weights_.table()->use(nullptr);
    Tensor picture = in_(to_patches(latent, patch, PatchOrder::channels_last).to(time.device(), time.scalar_type()));
    for (const lumina::Block& block : plain_refiner_)
        picture = block(picture, rope.tokens(0, picture.size(1)), time);
    return picture;
}

ZImageControl::Step ZImageControl::refined(int64_t block, const Tensor& picture, const AfterBlock& after) const {
    if (refiner_.empty()) return {.picture = picture, .residual = {}};
    const auto index = static_cast<std::size_t>(block);
    if (!refines_with_layers_) return refiner_[index](picture, after);
    if (block == 0) return layers_.front()(picture, after);
    Step step{.picture = picture, .residual = {}};
    Tensor first;
    for (std::size_t i = 1; i < layers_.size(); ++i) {
        step = layers_[i](step.picture, after);
        if (!first.defined()) first = step.residual;
    }
    return {.picture = step.picture, .residual = first};
}

ZImageControl::Step ZImageControl::advanced(int64_t layer, const Tensor& picture, const AfterBlock& after) const {
    return layers_[static_cast<std::size_t>(layer)](picture, after);
}

Model with_z_image_control(const Model& model, std::shared_ptr<const ZImageControl> control,
                           ZImageControlPicture picture) {
    const auto follower = std::make_shared<Follower>(std::move(control), std::move(picture));
    return with_changed_options(model, [&](ModelOptions& options) {
        options.patches.after_block.push_back(
            [follower](const AfterBlock& after, const PatchPlace& place) { (*follower)(after, place); });
    });
}

}  // namespace easel::inference
