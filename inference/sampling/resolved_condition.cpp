#include "inference/sampling/resolved_condition.hpp"

#include "inference/image/resize.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

namespace easel::inference {
namespace {

constexpr int64_t smallest_side = 8;  // of a mask's bounding box

// The latent cells that `area` covers; its leading dimensions are whole where it has fewer than the latent.
Box to_box(const Area& area, at::IntArrayRef spatial) {
    const std::size_t dims = spatial.size(), given = std::min(area.size.size(), dims);
    Box box{.size = spatial.vec(), .start = std::vector<int64_t>(dims, 0)};
    for (std::size_t i = 0; i < given; ++i) {
        const std::size_t d = dims - given + i;
        const bool is_fraction = area.unit == Area::Unit::fraction;
        const auto cells = [&](double value) {
            return static_cast<int64_t>(is_fraction ? std::nearbyint(value * static_cast<double>(spatial[d])) : value);
        };
        box.start[d] = cells(area.start[i]);
        box.size[d] = is_fraction ? std::max<int64_t>(cells(area.size[i]), 1) : cells(area.size[i]);
    }
    return box;
}

// What lies inside the latent. A box is clipped last, since boxes are compared as they were asked for.
Box clipped(Box box, at::IntArrayRef spatial) {
    for (std::size_t d = 0; d < box.size.size(); ++d)
        box.size[d] = std::min(spatial[d] - box.start[d], box.size[d]);
    return box;
}

// [batch, height, width] at the latent's size.
Tensor to_mask(const Tensor& mask, at::IntArrayRef spatial) {
    const Tensor batched = mask.dim() == static_cast<int64_t>(spatial.size()) ? mask.unsqueeze(0) : mask;
    if (batched.sizes().slice(1) == spatial) return batched;
    return resize(batched.unsqueeze(1), spatial.back(), spatial[spatial.size() - 2], "bilinear").squeeze(1);
}

// The box around what is not zero in any member of the batch.
Box bounding_box(const Tensor& mask) {
    const Tensor cells = std::get<0>(mask.abs().max(0)).nonzero();
    if (cells.size(0) == 0) return {.size = {smallest_side, smallest_side}, .start = {0, 0}};
    const Tensor first = std::get<0>(cells.min(0)), last = std::get<0>(cells.max(0));
    Box box;
    for (int64_t d = 0; d < first.size(0); ++d) {
        const int64_t start = first[d].item<int64_t>();
        box.start.push_back(start);
        box.size.push_back(std::max(smallest_side, last[d].item<int64_t>() - start + 1));
    }
    return box;
}

ResolvedCondition resolve_one(const Model& model, const Condition& condition, const SamplingTarget& target) {
    const at::IntArrayRef spatial = target.shape.slice(2);
    const NoiseLevels& levels = *model.parameterization().levels;
    ResolvedCondition resolved{
        .strength = condition.strength,
        .mask_strength = condition.mask_strength,
    };
    resolved.control = condition.control;
    resolved.control_for_both_sides = condition.control_for_both_sides;
    resolved.grounded = condition.grounded;
    resolved.hooks = condition.hooks;
    resolved.is_default = condition.is_default;
    model.set_inputs(resolved.inputs, condition, target);
    // Control networks may be given a prompt of their own. (CLIPTextEncodeControlnet)
    if (const auto prompt = condition.extra.find("cross_attn_controlnet"); prompt != condition.extra.end())
        resolved.inputs.extra["crossattn_controlnet"] = prompt->second;
    if (condition.area) resolved.box = to_box(*condition.area, spatial);
    if (condition.mask) {
        resolved.mask = to_mask(*condition.mask, spatial);
        if (condition.set_area_to_bounds) resolved.box = bounding_box(*resolved.mask);
    }
    std::optional<double> start = condition.start_percent, end = condition.end_percent;
    if (condition.encoded_from) start = std::max(*condition.encoded_from, start.value_or(0.0));
    if (condition.encoded_to) end = std::min(*condition.encoded_to, end.value_or(1.0));
    if (start) resolved.first_sigma = levels.percent_to_sigma(*start);
    if (end) resolved.last_sigma = levels.percent_to_sigma(*end);
    return resolved;
}

bool contains(const Box& outer, const Box& inner) {
    for (std::size_t d = 0; d < outer.size.size(); ++d) {
        if (inner.start[d] < outer.start[d]) return false;
        if (inner.start[d] + inner.size[d] > outer.start[d] + outer.size[d]) return false;
    }
    return true;
}

int64_t cells(const Box& box) {
    return std::accumulate(box.size.begin(), box.size.end(), int64_t{1}, std::multiplies<>());
}

// Gives `others` a condition over the box of `condition` where they have none, with the inputs of the smallest that
// contains it: guidance compares both sides over the same pixels.
void add_opposite(std::vector<ResolvedCondition>& others, const ResolvedCondition& condition) {
    if (!condition.box) return;
    const ResolvedCondition* smallest = nullptr;
    for (const ResolvedCondition& other : others) {
        if (!other.box) {
            if (!smallest) smallest = &other;
        } else if (contains(*other.box, *condition.box)) {
            if (!smallest || !smallest->box || cells(*smallest->box) > cells(*other.box)) smallest = &other;
        }
    }
    if (!smallest || smallest->box == condition.box) return;
    ResolvedCondition opposite = condition;
    opposite.inputs = smallest->inputs;
    others.push_back(std::move(opposite));
}

std::vector<ResolvedCondition> resolve_all(const Model& model, const Conditioning& conditioning,
                                           const SamplingTarget& target) {
    std::vector<ResolvedCondition> resolved;
    for (const Condition& condition : conditioning)
        resolved.push_back(resolve_one(model, condition, target));
    return resolved;
}

void clip_all(std::vector<ResolvedCondition>& conditions, at::IntArrayRef spatial) {
    for (ResolvedCondition& condition : conditions)
        if (condition.box) condition.box = clipped(*condition.box, spatial);
}

// Where conditions over the whole latent have a thing that no such condition of the other side has, those get it in
// turn. (comfy.samplers.apply_empty_x_to_equal_area)
template <class Thing, class Counts>
void share(const std::vector<ResolvedCondition>& from, std::vector<ResolvedCondition>& to,
           Thing ResolvedCondition::* thing, const Counts& counts) {
    std::vector<Thing> things;
    for (const ResolvedCondition& condition : from)
        if (!condition.box && condition.*thing && counts(condition)) things.push_back(condition.*thing);
    std::vector<std::size_t> without;
    for (std::size_t i = 0; i < to.size(); ++i) {
        if (to[i].box) continue;
        if (to[i].*thing) return;
        without.push_back(i);
    }
    if (without.empty()) return;
    for (std::size_t i = 0; i < things.size(); ++i) {
        ResolvedCondition& condition = to[without[i % without.size()]];
        if (condition.*thing) {
            ResolvedCondition another = condition;
            another.*thing = things[i];
            to.push_back(std::move(another));
        } else {
            condition.*thing = things[i];
        }
    }
}

}  // namespace

Tensor Box::of(const Tensor& tensor, int64_t first_dimension) const {
    Tensor part = tensor;
    for (std::size_t d = 0; d < size.size(); ++d)
        part = part.narrow(first_dimension + static_cast<int64_t>(d), start[d], size[d]);
    return part;
}

std::vector<std::vector<ResolvedCondition>> resolve(const Model& model, const std::vector<GuidedSide>& sides,
                                                    const SamplingTarget& target) {
    std::vector<std::vector<ResolvedCondition>> resolved;
    uint64_t next_id = 0;
    for (const GuidedSide& side : sides) {
        SamplingTarget of_side = target;
        of_side.is_negative = side.is_negative;
        if (side.model) of_side.format = &side.model->latent_format();
        resolved.push_back(resolve_all(side.model.value_or(model), side.conditions, of_side));
        for (ResolvedCondition& condition : resolved.back())
            condition.id = next_id++;
    }
    // A list grows while its counterparts are looked for, and what was added gets counterparts as well.
    for (std::size_t k = 0; k < sides.size(); ++k)
        for (std::size_t i = 0; i < resolved[k].size(); ++i)
            for (std::size_t other = 0; other < sides.size(); ++other)
                if (other != k && !sides[k].model && !sides[other].model) add_opposite(resolved[other], resolved[k][i]);
    // What the first side has and another has not is shared with it.
    for (std::size_t other = 1; other < sides.size(); ++other) {
        share(resolved[0], resolved[other], &ResolvedCondition::control,
              [](const ResolvedCondition& condition) { return condition.control_for_both_sides; });
        share(resolved[0], resolved[other], &ResolvedCondition::grounded,
              [](const ResolvedCondition&) { return true; });
    }
    for (std::vector<ResolvedCondition>& conditions : resolved)
        clip_all(conditions, target.shape.slice(2));
    return resolved;
}

}  // namespace easel::inference
