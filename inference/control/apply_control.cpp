#include "inference/control/apply_control.hpp"

#include <map>

namespace easel::inference {
namespace {

using Chain = std::shared_ptr<const AppliedControl>;

Chain after(const Chain& previous, const AppliedControl& control) {
    auto applied = std::make_shared<AppliedControl>(control);
    applied->previous = previous;
    return applied;
}

}  // namespace

std::pair<Conditioning, Conditioning> with_control(const Conditioning& positive, const Conditioning& negative,
                                                   const AppliedControl& control) {
    std::map<Chain, Chain> by_previous;
    const auto controlled = [&](Conditioning conditioning) {
        for (Condition& condition : conditioning) {
            Chain& chain = by_previous[condition.control];
            if (!chain) chain = after(condition.control, control);
            condition.control = chain;
            condition.control_for_both_sides = false;
        }
        return conditioning;
    };
    return {controlled(positive), controlled(negative)};
}

Conditioning with_control_for_both_sides(const Conditioning& conditioning, const AppliedControl& control) {
    Conditioning controlled = conditioning;
    for (Condition& condition : controlled) {
        condition.control = after(condition.control, control);
        condition.control_for_both_sides = true;
    }
    return controlled;
}

}  // namespace easel::inference
