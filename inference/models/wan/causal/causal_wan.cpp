#include "inference/models/wan/causal/causal_wan.hpp"

#include "inference/layers/attention.hpp"

namespace easel::inference::wan {

Tensor CausalWan::predict(const NetworkInput& input) const {
    const auto found = input.attached.find(CausalMemory::name);
    if (found == input.attached.end()) return Wan::predict(input);
    return predict_next(input, dynamic_cast<const CausalMemory&>(*found->second));
}

Tensor CausalWan::predict_next(const NetworkInput& input, const CausalMemory& memory) const {
    const Tensor latent = seen(input);
    CellBox cells = cells_of(latent);
    cells.scaling.shift_t = static_cast<double>(memory.frames_kept_);
    const int64_t of_frame = cells.rows * cells.columns, begin = memory.frames_kept_ * of_frame;
    const int64_t end = begin + cells.tokens();
    const Sequence sequence{.x = trunk_.as_tokens(trunk_.patches(latent)),
                            .rope = trunk_.rope({cells}, input.x.device()),
                            .time = trunk_.time(input.timestep.unsqueeze(1)),
                            .context = trunk_.context(input),
                            .cells = cells};
    memory.layers_.resize(trunk_.blocks.size());
    const auto compute = [&](int64_t index, const Tensor& x) {
        const Block& block = trunk_.blocks[static_cast<std::size_t>(index)];
        CausalMemory::Layer& layer = memory.layers_[static_cast<std::size_t>(index)];
        const auto attend = [&](const Tensor& tokens) {
            const Tensor k = block.self.keys(tokens, sequence.rope), v = block.self.values(tokens);
            if (!layer.k.defined()) {
                std::vector<int64_t> whole = k.sizes().vec();
                whole[2] = memory.frames_ * of_frame;
                layer = {.k = at::zeros(whole, k.options()), .v = at::zeros(whole, v.options())};
            }
            layer.k.narrow(2, begin, cells.tokens()).copy_(k);
            layer.v.narrow(2, begin, cells.tokens()).copy_(v);
            return block.self.out(merge_heads(attention(block.self.queries(tokens, sequence.rope),
                                                        layer.k.narrow(2, 0, end), layer.v.narrow(2, 0, end))));
        };
        return block(x, sequence.time.steering, sequence.context, {.attend = attend, .after_cross = {}});
    };
    const Tensor x = trunk_.run(input, sequence, {.compute = compute, .after = {}});
    if (memory.keeps_) memory.frames_kept_ += cells.frames;
    return cut_to(trunk_.video(trunk_.head(x, sequence.time), cells), input.x);
}

}  // namespace easel::inference::wan
