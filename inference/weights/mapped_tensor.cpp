#include "inference/weights/mapped_tensor.hpp"

#include "inference/weights/encoded.hpp"

#include <ATen/ops/from_blob.h>

namespace easel::inference {
namespace {

using File = std::shared_ptr<const MappedFile>;

void let_go(void* file) { delete static_cast<File*>(file); }

}  // namespace

Tensor mapped_tensor(std::shared_ptr<const MappedFile> file, const std::byte* data, at::IntArrayRef shape,
                     at::ScalarType type) {
    return at::for_blob(const_cast<std::byte*>(data), shape)
        .context(new File(std::move(file)), &let_go)
        .options(type)
        .make_tensor();
}

void release_pages(const Tensor& tensor) {
    if (encoding_of(tensor) != nullptr || !tensor.has_storage() || !tensor.is_contiguous()) return;
    const File* const file = tensor.storage().data_ptr().cast_context<File>(&let_go);
    if (file != nullptr) (*file)->release({static_cast<const std::byte*>(tensor.const_data_ptr()), tensor.nbytes()});
}

}  // namespace easel::inference
