// Step caching: where a step changes little, what the network added last time is added again (EasyCache, arXiv
// 2507.02860).
#pragma once

#include "inference/models/model.hpp"

namespace easel::inference {

struct StepCache {
    double reuse_threshold = 0.2;  // of the estimated relative change since the last step that was computed
    double start_percent = 0.15, end_percent = 0.95;  // where in the schedule steps may be left out
    bool verbose = false;                             // log what is decided
};

// Reuses what the network made of each condition. (nodes_easycache.EasyCacheNode)
Model easy_cache(const Model& model, const StepCache& settings);
// Reuses the guided picture. (nodes_easycache.LazyCacheNode)
Model lazy_cache(const Model& model, const StepCache& settings);

}  // namespace easel::inference
