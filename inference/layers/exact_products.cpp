#include "inference/layers/exact_products.hpp"

namespace easel::inference {
namespace {

thread_local bool exact = false;

}  // namespace

ExactProducts::ExactProducts(bool is_wanted) : before_(exact) { exact = is_wanted; }

ExactProducts::~ExactProducts() { exact = before_; }

bool ExactProducts::are_wanted() { return exact; }

}  // namespace easel::inference
