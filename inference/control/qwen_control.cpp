#include "inference/control/qwen_control.hpp"

#include "inference/models/model.hpp"
#include "inference/models/qwen_image/blocks.hpp"
#include "inference/models/qwen_image/positions.hpp"
#include "inference/weights/blocks_of.hpp"

#include <string>
#include <vector>

namespace easel::inference {
namespace {

namespace qwen = qwen_image;

constexpr double eps = 1e-6;
constexpr int64_t main_blocks = 60;
constexpr int64_t latent_channels = 16, cells_per_token = qwen::patch * qwen::patch;

// What stands before the blocks of a network, the main one or a copy.
struct Entry {
    Linear img_in, txt_in;
    RmsNorm txt_norm;
    qwen::TimeEmbedding time;

    explicit Entry(const Weights& w)
        : img_in(w / "img_in"), txt_in(w / "txt_in"), txt_norm(w / "txt_norm", eps), time(w) {}

    struct Start {
        Tensor image, text;
        qwen::Time time;
        Rope rope;
    };
    Start start(const ControlCall& call, at::ScalarType dtype) const {
        Start start;
        start.image = img_in(qwen::to_tokens(call.x).to(dtype));
        start.text = txt_in(txt_norm(call.inputs.context.to(dtype)));
        start.time = {.of_picture = time(call.timestep, dtype), .of_references = {}};
        start.rope = qwen::rope_of(start.text.size(1), call.x.sizes(), {}, ReferenceMethod::index);
        return start;
    }
};

// (comfy.ldm.qwen_image.controlnet.QwenImageControlNetModel)
class CopyControl final : public ControlNetwork {
public:
    explicit CopyControl(const Weights& w)
        : weights_(w), entry_(w), hint_in_(w / "controlnet_x_embedder"),
          blocks_(blocks_of<qwen::Block>(w / "transformer_blocks")) {
        out_ = blocks_of<Linear>(w / "controlnet_blocks");
        traits_.cell = 1;
        traits_.latent = wan21_latent_format();
        traits_.reads_mask = hint_in_.in_features() == (latent_channels + 1) * cells_per_token;
    }

    ControlResiduals operator()(const ControlCall& call) const override {
        const at::ScalarType dtype = weights_.compute_dtype();
        auto [image, text, time, rope] = entry_.start(call, dtype);
        image = image + hint_in_(qwen::to_tokens(call.hint).to(dtype));
        ControlResiduals residuals;
        const auto own = static_cast<int64_t>(blocks_.size());
        for (std::size_t i = 0; i < blocks_.size(); ++i) {
            blocks_[i](image, text, time, rope, {});
            residuals.input.insert(residuals.input.end(), static_cast<std::size_t>((main_blocks + own - 1) / own),
                                   out_[i](image));
        }
        residuals.input.resize(main_blocks);
        return residuals;
    }

    const ControlTraits& traits() const override { return traits_; }

private:
    Weights weights_;
    ControlTraits traits_;
    Entry entry_;
    Linear hint_in_;
    std::vector<qwen::Block> blocks_;
    std::vector<Linear> out_;
};

// The main network embeds prompt, latent and time. (QwenImageFunControlNetModel)
class FunControl final : public ControlNetwork {
public:
    explicit FunControl(const Weights& w)
        : weights_(w), hint_in_(w / "control_img_in"), before_(w / "control_blocks" / 0 / "before_proj"),
          blocks_(blocks_of<qwen::Block>(w / "control_blocks")) {
        for (int64_t i = 0; i < w.count("control_blocks"); ++i)
            after_.emplace_back(w / "control_blocks" / i / "after_proj");
        traits_.cell = 1;
        traits_.latent = wan21_latent_format();
        traits_.takes_root = true;
    }

    ControlResiduals operator()(const ControlCall& call) const override {
        constexpr std::size_t main_blocks_for_each = 12;
        const Weights main(call.model.weights());
        if (!main.has_part("txt_norm"))
            throw UserError("this ControlNet is for Qwen-Image and cannot be used with this model");
        main.table()->use(call.model.patches());
        const at::ScalarType dtype = weights_.compute_dtype();
        auto [image, text, time, rope] = Entry(main).start(call, dtype);
        Tensor picture = before_(hint_in_(hint_tokens(call.hint).to(dtype))) + image;
        ControlResiduals residuals;
        residuals.input.resize(main_blocks);
        for (std::size_t i = 0; i < blocks_.size(); ++i) {
            blocks_[i](picture, text, time, rope, {});
            if (i * main_blocks_for_each < residuals.input.size())
                residuals.input[i * main_blocks_for_each] = after_[i](picture);
        }
        return residuals;
    }

    const ControlTraits& traits() const override { return traits_; }

private:
    // Mask and picture to fill, which stand behind the hint, are not given: zeros. So is what fills odd sides.
    Tensor hint_tokens(const Tensor& hint) const {
        const Tensor even = at::constant_pad_nd(hint, {0, hint.size(-1) % 2, 0, hint.size(-2) % 2});
        const Tensor tokens = qwen::to_tokens(even);
        return at::constant_pad_nd(tokens, {0, hint_in_.in_features() - tokens.size(2)});
    }

    Weights weights_;
    ControlTraits traits_;
    Linear hint_in_, before_;
    std::vector<qwen::Block> blocks_;
    std::vector<Linear> after_;
};

}  // namespace

std::shared_ptr<const ControlNetwork> load_qwen_control(const ControlFile& file) {
    const TensorMap& tensors = file.tensors;
    if (tensors.contains("control_blocks.0.after_proj.weight") && tensors.contains("control_img_in.weight"))
        return std::make_shared<FunControl>(file.table(tensors));
    if (tensors.contains("controlnet_blocks.0.weight") &&
        tensors.contains("transformer_blocks.0.img_mlp.net.0.proj.weight"))
        return std::make_shared<CopyControl>(file.table(tensors));
    return nullptr;
}

}  // namespace easel::inference
