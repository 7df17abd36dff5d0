#include "inference/splat/quaternions.hpp"

namespace easel::inference {

Tensor rotation_matrices(const Tensor& quaternions) {
    const Tensor unit = quaternions / quaternions.norm(2, -1, true).clamp_min(1e-12);
    const auto parts = unit.unbind(-1);
    const Tensor &w = parts[0], &x = parts[1], &y = parts[2], &z = parts[3];
    const auto diagonal = [](const Tensor& a, const Tensor& b) { return 1 - 2 * (a * a + b * b); };
    const Tensor rows = at::stack({diagonal(y, z), 2 * (x * y - w * z), 2 * (x * z + w * y),  //
                                   2 * (x * y + w * z), diagonal(x, z), 2 * (y * z - w * x),  //
                                   2 * (x * z - w * y), 2 * (y * z + w * x), diagonal(x, y)},
                                  -1);
    return rows.reshape({-1, 3, 3});
}

Tensor quaternions_of(const Tensor& matrices) {
    const auto at_place = [&](int64_t row, int64_t column) { return matrices.select(-2, row).select(-1, column); };
    const Tensor xx = at_place(0, 0), yy = at_place(1, 1), zz = at_place(2, 2);
    // Four times the squares of w, x, y and z, and four times their products.
    const Tensor ww4 = 1 + xx + yy + zz, xx4 = 1 + xx - yy - zz, yy4 = 1 - xx + yy - zz, zz4 = 1 - xx - yy + zz;
    const Tensor wx4 = at_place(2, 1) - at_place(1, 2), wy4 = at_place(0, 2) - at_place(2, 0);
    const Tensor wz4 = at_place(1, 0) - at_place(0, 1), xy4 = at_place(1, 0) + at_place(0, 1);
    const Tensor xz4 = at_place(0, 2) + at_place(2, 0), yz4 = at_place(1, 2) + at_place(2, 1);
    // Each row is the quaternion times four times one of its parts; that of the largest part is the most exact.
    const Tensor rows = at::stack({at::stack({ww4, wx4, wy4, wz4}, -1), at::stack({wx4, xx4, xy4, xz4}, -1),
                                   at::stack({wy4, xy4, yy4, yz4}, -1), at::stack({wz4, xz4, yz4, zz4}, -1)},
                                  -2);
    const Tensor largest = at::stack({ww4, xx4, yy4, zz4}, -1).argmax(-1);
    const Tensor chosen = rows.take_along_dim(largest.unsqueeze(-1).unsqueeze(-1), -2).squeeze(-2);
    return chosen / chosen.norm(2, -1, true).clamp_min(1e-12);
}

Tensor quaternion_product(const Tensor& a, const Tensor& b) {
    const auto p = a.unbind(-1), q = b.unbind(-1);
    return at::stack(
        {p[0] * q[0] - p[1] * q[1] - p[2] * q[2] - p[3] * q[3], p[0] * q[1] + p[1] * q[0] + p[2] * q[3] - p[3] * q[2],
         p[0] * q[2] - p[1] * q[3] + p[2] * q[0] + p[3] * q[1], p[0] * q[3] + p[1] * q[2] - p[2] * q[1] + p[3] * q[0]},
        -1);
}

}  // namespace easel::inference
