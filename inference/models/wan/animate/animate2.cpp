#include "inference/models/wan/animate/animate2.hpp"

#include "base/error.hpp"
#include "inference/layers/attention.hpp"
#include "inference/vae/latent_format.hpp"

namespace easel::inference::wan {
namespace {

constexpr int64_t mask_channels = 4;

double number_or(const Tensor& value, double otherwise) { return value.defined() ? value.item<double>() : otherwise; }

}  // namespace

// The stream of poses, which goes through the blocks ahead of the video.
class Animate2::Poses {
public:
    Poses(const Trunk& trunk, const NetworkInput& input, const CellBox& video)
        : trunk_(trunk), strength_(number_or(input.find("pose_strength"), 1.0)) {
        const Tensor poses = padded(input.find("pose_video"));
        CellBox cells = cells_of(poses);
        if (cells.frames != video.frames - 1)
            throw UserError("the video of poses has " + std::to_string(cells.frames) + " latent frames, " +
                            std::to_string(video.frames - 1) + " are needed");
        cells.scaling = {.shift_x = static_cast<double>(video.columns), .shift_t = 1.0};
        rope_ = trunk.rope({cells}, poses.device());
        time_ = trunk.time(at::ones({poses.size(0), 1}, poses.options()));
        batch_ = poses.size(0);
        if (const auto store = input.attached.find(PoseStore::name); store != input.attached.end())
            kept_ = &dynamic_cast<const PoseStore&>(*store->second).of(poses);
        if (is_kept()) return;
        const Tensor known = at::ones_like(poses.slice(1, 0, mask_channels));
        x_ = trunk.as_tokens(trunk.patches(at::cat({poses, known, poses}, 1)));
        // Prompt and picture of its own, or those of the video.
        NetworkInput own = input;
        if (const Tensor prompt = input.find("pose_prompt"); prompt.defined()) own.context = prompt;
        if (const Tensor features = input.find("pose_features"); features.defined())
            own.extra["picture_features"] = features;
        context_ = trunk.context(own);
    }

    // What block `index` makes of the poses for others to attend to; blocks are asked for in order.
    struct Keys {
        Tensor k, v;  // [batch, heads, tokens, 128]
    };
    Keys keys(int64_t index) {
        if (is_kept()) {
            const Block& block = trunk_.blocks[static_cast<std::size_t>(index)];
            const Tensor stored = kept_->of(index, time_.steering).expand({batch_, -1, -1});
            const Tensor x = block.before_attention(stored, time_.steering);
            return scaled({.k = block.self.keys(x, rope_), .v = block.self.values(x)});
        }
        Keys result;
        for (; next_ <= index; ++next_)
            result = advance(trunk_.blocks[static_cast<std::size_t>(next_)]);
        return scaled(std::move(result));
    }

private:
    bool is_kept() const { return kept_ != nullptr && kept_->count() == std::ssize(trunk_.blocks) && !x_.defined(); }

    Keys advance(const Block& block) {
        if (kept_ != nullptr) kept_->add(x_.slice(0, 0, 1));
        Keys keys;
        const auto attend = [&](const Tensor& tokens) {
            keys = {.k = block.self.keys(tokens, rope_), .v = block.self.values(tokens)};
            return block.self.out(merge_heads(attention(block.self.queries(tokens, rope_), keys.k, keys.v)));
        };
        x_ = block(x_, time_.steering, context_, {.attend = attend, .after_cross = {}});
        return keys;
    }

    Keys scaled(Keys keys) const {
        if (strength_ != 1.0) keys.v = keys.v * strength_;
        return keys;
    }

    const Trunk& trunk_;
    double strength_;
    Rope rope_;
    EmbeddedTime time_;
    Context context_;
    int64_t batch_ = 1;
    PoseStore::Blocks* kept_ = nullptr;
    Tensor x_;  // [batch, tokens, dim]; undefined where all is kept
    int64_t next_ = 0;
};

void Animate2::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    Network::set_inputs(input, condition, target);
    if (const Tensor poses = given(condition, "pose_video"); poses.defined())
        input.extra["pose_video"] = target.format->to_model(poses);
    for (const char* name : {"pose_features", "pose_prompt", "pose_strength", "reference_strength"})
        if (const Tensor value = given(condition, name); value.defined()) input.extra[name] = value;
}

Tensor Animate2::predict(const NetworkInput& input) const {
    const Tensor latent = seen(input);
    const CellBox cells = cells_of(latent, patches_of(input).rope.value_or(RopeScaling{}));
    const int64_t of_frame = cells.rows * cells.columns;
    std::optional<Poses> poses;
    if (input.find("pose_video").defined()) poses.emplace(trunk_, input, cells);
    const double reference_strength = number_or(input.find("reference_strength"), 1.0);
    const Sequence sequence{.x = trunk_.as_tokens(trunk_.patches(latent)),
                            .rope = trunk_.rope({cells}, input.x.device()),
                            .time = trunk_.time(input.timestep.unsqueeze(1)),
                            .context = trunk_.context(input),
                            .cells = cells,
                            .skipped = of_frame};

    // Every frame attends to all of the video; frame i + 1 to frame i of the poses besides.
    const auto attend_by_frames = [&](const Tensor& q, const Tensor& k, const Tensor& v, const Poses::Keys& pose) {
        const int64_t tokens = cells.tokens();
        const Tensor all_k = at::cat({k, pose.k.narrow(2, 0, of_frame)}, 2);
        const Tensor all_v = at::cat({v, pose.v.narrow(2, 0, of_frame)}, 2);
        std::vector<Tensor> frames{attention(q.narrow(2, 0, of_frame), k, v)};
        for (int64_t frame = 1; frame < cells.frames; ++frame) {
            all_k.narrow(2, tokens, of_frame).copy_(pose.k.narrow(2, (frame - 1) * of_frame, of_frame));
            all_v.narrow(2, tokens, of_frame).copy_(pose.v.narrow(2, (frame - 1) * of_frame, of_frame));
            frames.push_back(attention(q.narrow(2, frame * of_frame, of_frame), all_k, all_v));
        }
        return at::cat(frames, 2);
    };
    const auto compute = [&](int64_t index, const Tensor& x) {
        const Block& block = trunk_.blocks[static_cast<std::size_t>(index)];
        const auto attend = [&](const Tensor& tokens) {
            const Tensor q = block.self.queries(tokens, sequence.rope), k = block.self.keys(tokens, sequence.rope);
            Tensor v = block.self.values(tokens);
            if (reference_strength != 1.0)
                v = at::cat({v.narrow(2, 0, of_frame) * reference_strength, v.slice(2, of_frame)}, 2);
            const Tensor seen_tokens = poses ? attend_by_frames(q, k, v, poses->keys(index)) : attention(q, k, v);
            return block.self.out(merge_heads(seen_tokens));
        };
        return block(x, sequence.time.steering, sequence.context, {.attend = attend, .after_cross = {}});
    };
    const Tensor x = trunk_.run(input, sequence, {.compute = compute, .after = {}});
    return cut_to(trunk_.video(trunk_.head(x, sequence.time), cells), input.x);
}

}  // namespace easel::inference::wan
