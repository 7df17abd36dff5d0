#include "inference/weights/encoded.hpp"

#include <ATen/OpaqueTensorImpl.h>

namespace easel::inference {
namespace {

using Handle = std::shared_ptr<const Encoding>;
using EncodedImpl = at::OpaqueTensorImpl<Handle>;

// A dispatch key without kernels: an operation that is tried on an encoded tensor says so instead of reading rubbish.
constexpr c10::DispatchKey without_kernels = c10::DispatchKey::FPGA;

}  // namespace

Tensor encoded_tensor(at::IntArrayRef shape, std::shared_ptr<const Encoding> encoding) {
    return at::detail::make_tensor<EncodedImpl>(c10::DispatchKeySet(without_kernels),
                                                c10::scalarTypeToTypeMeta(at::kHalf), c10::Device(at::kCPU),
                                                std::move(encoding), shape);
}

const Encoding* encoding_of(const Tensor& tensor) {
    if (!tensor.defined() || !tensor.key_set().has(without_kernels)) return nullptr;
    return static_cast<EncodedImpl*>(tensor.unsafeGetTensorImpl())->opaque_handle().get();
}

Tensor decoded(const Tensor& tensor) {
    const Encoding* encoding = encoding_of(tensor);
    return encoding == nullptr ? tensor : encoding->decode(tensor.sizes());
}

}  // namespace easel::inference
