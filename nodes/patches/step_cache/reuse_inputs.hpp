// The inputs of the nodes that let a model reuse what it computed at an earlier step.
#pragma once

#include "inference/guidance/step_cache.hpp"
#include "nodes/types.hpp"

#include <string>

namespace easel::nodes {

// First base of such a node.
struct ReuseInputs {
    Model model;
    double reuse_threshold = 0.2;
    double start_percent = 0.15;
    double end_percent = 0.95;
    bool verbose = false;

    static void declare_reuse(Schema& s, const std::string& name) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_easycache";
        s.category = "advanced/debug";
        s.display_name = name;
        s.experimental = true;
        const auto number = [&s](const char* input, double ReuseInputs::*member, double most,
                                 const std::string& about) {
            s.in(input, member).range(0.0, most).step(0.01).advanced().tooltip(about);
        };
        s.in("model", &ReuseInputs::model).tooltip("The model to add " + name + " to.");
        number("reuse_threshold", &ReuseInputs::reuse_threshold, 3.0, "The threshold for reusing cached steps.");
        number("start_percent", &ReuseInputs::start_percent, 1.0,
               "The relative sampling step to begin use of " + name + ".");
        number("end_percent", &ReuseInputs::end_percent, 1.0, "The relative sampling step to end use of " + name + ".");
        s.in("verbose", &ReuseInputs::verbose).advanced().tooltip("Whether to log verbose information.");
        s.out("MODEL").tooltip = "The model with " + name + ".";
    }

    inference::StepCache settings() const {
        return {.reuse_threshold = reuse_threshold,
                .start_percent = start_percent,
                .end_percent = end_percent,
                .verbose = verbose};
    }
};

}  // namespace easel::nodes
