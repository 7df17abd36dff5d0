#include "inference/control/sd_control.hpp"

#include "inference/layers/attention.hpp"
#include "inference/layers/timestep_embedding.hpp"
#include "inference/models/model.hpp"
#include "inference/weights/blocks_of.hpp"

#include <algorithm>

namespace easel::inference {
namespace {

constexpr int64_t task_frequencies = 256, task_heads = 8;

std::vector<sd::Stage> middle_stages(const Weights& w) {
    std::vector<sd::Stage> result;
    for (int64_t i = 0; i < w.count(); ++i)
        result.push_back(sd::Stage::of_one(w / i));
    return result;
}

// Convolutions with activations between them; three of them halve the sides.
std::vector<Conv2d> hint_layers(const Weights& w) {
    std::vector<Conv2d> result;
    for (int64_t i = 0; (w / (2 * i)).contains("weight"); ++i)
        result.emplace_back(w / (2 * i), i == 2 || i == 4 || i == 6 ? 2 : 1, 1);
    return result;
}

}  // namespace

SdControl::Union::Union(const Weights& w)
    : tasks(w["task_embedding"]),
      embedder{Linear(w / "control_add_embedding" / "linear_1"), Linear(w / "control_add_embedding" / "linear_2")},
      qkv(w / "transformer_layes" / 0 / "attn" / "in_proj"),
      attention_out(w / "transformer_layes" / 0 / "attn" / "out_proj"),
      mlp_in(w / "transformer_layes" / 0 / "mlp" / "c_fc"), mlp_out(w / "transformer_layes" / 0 / "mlp" / "c_proj"),
      to_channels(w / "spatial_ch_projs"), norm1(w / "transformer_layes" / 0 / "ln_1"),
      norm2(w / "transformer_layes" / 0 / "ln_2") {}

// What is added to the embedded time: [1, dim].
Tensor SdControl::Union::embedded(const std::vector<int64_t>& types, const Tensor& like) const {
    Tensor chosen = at::zeros({tasks.size(0)}, like.options().dtype(at::kFloat));
    for (const int64_t type : types) {
        if (type >= tasks.size(0))
            throw UserError("this union ControlNet knows " + std::to_string(tasks.size(0)) +
                            " kinds of pictures, not number " + std::to_string(type) + ": use the ProMax version");
        chosen[type] = 1.0;
    }
    return embedder(timestep_embedding(chosen, task_frequencies).to(like.scalar_type()).reshape({1, -1}));
}

// The hint's features [batch, channels, h, w], moved by what attention makes of their mean and the kind of picture.
Tensor SdControl::Union::tell(const Tensor& hint, int64_t type) const {
    Tensor x = (hint.mean({2, 3}) + tasks.like(hint).select(0, type)).unsqueeze(1);  // [batch, 1, channels]
    const auto parts = qkv(norm1(x)).chunk(3, -1);
    x = x + attention_out(attention(parts[0], parts[1], parts[2], task_heads));
    const Tensor wide = mlp_in(norm2(x));
    x = x + mlp_out(wide * at::sigmoid(wide * 1.702));
    return hint + to_channels(x.select(1, 0)).unsqueeze(-1).unsqueeze(-1);
}

SdControl::SdControl(const Weights& w, bool averages)
    : weights_(w), traits_{.averages = averages}, model_channels_(w["input_blocks.0.0.weight"].size(0)),
      time_{Linear(w / "time_embed" / 0), Linear(w / "time_embed" / 2)}, hint_(hint_layers(w / "input_hint_block")),
      input_(blocks_of<sd::Stage>(w / "input_blocks")), middle_(middle_stages(w / "middle_block")),
      middle_zero_(w / "middle_block_out" / 0) {
    if (w.has_part("label_emb")) label_ = Embedder{Linear(w / "label_emb" / 0 / 0), Linear(w / "label_emb" / 0 / 2)};
    for (int64_t i = 0; i < w.count("zero_convs"); ++i)
        zero_.emplace_back(w / "zero_convs" / i / 0);
    if (w.has_part("control_add_embedding")) union_.emplace(w);
}

// The hint's features.
Tensor SdControl::seen(const ControlCall& call) const {
    Tensor x = call.hint.to(weights_.compute_dtype()).contiguous(at::MemoryFormat::ChannelsLast);
    for (std::size_t i = 0; i < hint_.size(); ++i) {
        if (i > 0) x = at::silu(x);
        x = hint_[i](x);
    }
    return union_ && !call.types.empty() ? union_->tell(x, call.types.front()) : x;
}

ControlResiduals SdControl::operator()(const ControlCall& call) const {
    weights_.table()->use(patches_);
    const at::ScalarType dtype = weights_.compute_dtype();
    Tensor embedding = time_(timestep_embedding(call.timestep, model_channels_).to(dtype));
    if (union_) embedding = embedding + union_->embedded(call.types, embedding);
    if (label_) {
        if (!call.inputs.vector.defined())
            throw UserError("this ControlNet is for a larger model (SDXL) than the one it is used with");
        embedding = embedding + (*label_)(call.inputs.vector.to(dtype));
    }
    embedding = at::silu(embedding);
    const Tensor context = call.inputs.context.to(dtype);
    const sd::BlockInputs told{.time_embedding = embedding, .context = context};

    ControlResiduals residuals;
    Tensor h = call.x.to(dtype).contiguous(at::MemoryFormat::ChannelsLast);
    static const NetworkInput unchanged;  // the model's patches and phrases in boxes are not for its control networks
    PatchPlace place{.input = unchanged};
    for (std::size_t i = 0; i < std::min(input_.size(), zero_.size()); ++i) {
        h = input_[i](h, told, {}, place);
        if (i == 0) h = h + seen(call);
        residuals.output.push_back(zero_[i](h));
    }
    for (const sd::Stage& stage : middle_)
        h = stage(h, told, {}, place);
    residuals.middle.push_back(middle_zero_(h));
    return residuals;
}

}  // namespace easel::inference
