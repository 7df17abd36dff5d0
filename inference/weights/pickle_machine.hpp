// The part of Python's pickle machine that files of tensors need.
#pragma once

#include "inference/tensor.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace easel::inference {

struct PickleValue;
using PickleRef = std::shared_ptr<PickleValue>;

struct PickleNone {};
struct PickleMark {};
struct PickleGlobal {
    std::string name;  // "module.name"
};
// Lists, tuples and sets.
struct PickleList {
    std::vector<PickleRef> items;
};
struct PickleDict {
    std::vector<std::pair<PickleRef, PickleRef>> items;
};
// What a persistent id names: the numbers behind tensors, in one dimension.
struct PickleStorage {
    Tensor values;
};

struct PickleValue {
    std::variant<PickleNone, PickleMark, bool, int64_t, double, std::string, PickleGlobal, PickleList, PickleDict,
                 PickleStorage, Tensor>
        content;

    template <class T>
    const T* as() const {
        return std::get_if<T>(&content);
    }
    template <class T>
    T* as() {
        return std::get_if<T>(&content);
    }
};

// A pickle that is damaged or that names what is not allowed; the message says which.
struct PickleProblem {
    std::string text;
};

// Runs the pickle at the beginning of `program`; `length` is set to how much of it was used. `load` turns persistent
// ids into values. Throws PickleProblem.
PickleRef run_pickle(std::span<const std::byte> program, std::size_t& length,
                     const std::function<PickleRef(const PickleValue& id)>& load);

}  // namespace easel::inference
