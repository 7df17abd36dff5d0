#include "inference/models/wan/animate/animate.hpp"

#include "inference/layers/frames.hpp"
#include "inference/vae/latent_format.hpp"
#include "inference/weights/blocks_of.hpp"

namespace easel::inference::wan {

Animate::Animate(const Weights& w)
    : Network(w), pose_weight_(w["pose_patch_embedding.weight"]), pose_bias_(w["pose_patch_embedding.bias"]),
      motion_(w / "motion_encoder"), face_(w / "face_encoder") {
    face_blocks_ = blocks_of<FaceBlock>(w / "face_adapter" / "fuser_blocks");
}

void Animate::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    Network::set_inputs(input, condition, target);
    if (const Tensor faces = given(condition, "face_video"); faces.defined()) input.extra["face_video"] = faces;
    if (const Tensor poses = given(condition, "pose_video"); poses.defined())
        input.extra["pose_video"] = target.format->to_model(poses);
}

Tensor Animate::face_tokens(const Tensor& faces, int64_t frames) const {
    constexpr int64_t at_once = 8;  // pictures
    const Tensor pictures = video_to_frames(faces).to(trunk_.weights.compute_dtype());
    std::vector<Tensor> motion;
    for (const Tensor& some : pictures.split(at_once))
        motion.push_back(motion_(some));
    const Tensor face = face_(at::cat(motion).unflatten(0, {faces.size(0), faces.size(2)}));
    const Tensor known = face.slice(1, 0, frames - 1);
    return at::constant_pad_nd(known, {0, 0, 0, 0, 1, frames - 1 - known.size(1)});
}

Tensor Animate::predict(const NetworkInput& input) const {
    const at::ScalarType dtype = trunk_.weights.compute_dtype();
    const Tensor latent = seen(input);
    const CellBox cells = cells_of(latent, patches_of(input).rope.value_or(RopeScaling{}));
    const Tensor pieces = trunk_.patches(latent).to(dtype);
    if (const Tensor poses = input.find("pose_video"); poses.defined()) {
        const Tensor video = padded(poses).to(dtype);
        const Tensor drawn = at::conv3d(video, pose_weight_.like(video), pose_bias_.like(video), {1, 2, 2});
        const int64_t count = std::min(drawn.size(2), pieces.size(2) - 1);
        pieces.narrow(2, 1, count).add_(drawn.narrow(2, 0, count));
    }
    const Sequence sequence{.x = trunk_.as_tokens(pieces),
                            .rope = trunk_.rope({cells}, input.x.device()),
                            .time = trunk_.time(input.timestep.unsqueeze(1)),
                            .context = trunk_.context(input),
                            .cells = cells};
    constexpr int64_t blocks_per_face = 5;
    Steps steps;
    Tensor face;
    if (const Tensor faces = input.find("face_video"); faces.defined()) {
        face = face_tokens(faces, cells.frames);
        steps.after = [&](int64_t block, const Tensor& x) {
            const int64_t index = block / blocks_per_face;
            if (block % blocks_per_face != 0 || index >= static_cast<int64_t>(face_blocks_.size())) return x;
            return x + face_blocks_[static_cast<std::size_t>(index)](x, face);
        };
    }
    const Tensor x = trunk_.run(input, sequence, steps);
    return cut_to(trunk_.video(trunk_.head(x, sequence.time), cells), input.x);
}

}  // namespace easel::inference::wan
