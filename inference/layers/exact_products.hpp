// Products that must not be rounded to half precision although the weights' table allows it: where a workflow names the
// precision itself.
#pragma once

namespace easel::inference {

// While one of these lives and is wanted, layers on this thread multiply in the type of their activations.
class ExactProducts {
public:
    explicit ExactProducts(bool is_wanted);
    ~ExactProducts();
    ExactProducts(const ExactProducts&) = delete;
    ExactProducts& operator=(const ExactProducts&) = delete;

    static bool are_wanted();

private:
    bool before_;
};

}  // namespace easel::inference
