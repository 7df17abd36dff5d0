#include "inference/vision/moge/sparse_solve.hpp"

#include <algorithm>
#include <cmath>

namespace easel::inference::moge {
namespace {

constexpr double solve_tolerance = 1e-5;
constexpr double worst_condition = 1e8;

double vector_length(const Tensor& x) { return x.to(at::kDouble).norm().item<double>(); }

// A plane rotation that takes (a, b) to (r, 0).
struct Turn {
    double c = 1.0, s = 0.0, r = 0.0;

    Turn(double a, double b) : r(std::hypot(a, b)) {
        if (r > 0) c = a / r, s = b / r;
    }
};

// The two sequences of orthonormal vectors in which the map is bidiagonal. (Golub and Kahan)
struct Bidiagonal {
    const LinearMap& map;
    Tensor u, v;
    double alpha = 0.0, beta = 0.0;

    Bidiagonal(const LinearMap& map_, const Tensor& rest) : map(map_), u(rest.clone()), beta(vector_length(rest)) {
        if (beta > 0) u = u / beta;
        v = map.backward(u);
        alpha = vector_length(v);
        if (alpha > 0) v = v / alpha;
    }

    void advance() {
        u = map.forward(v) - u * alpha;
        beta = vector_length(u);
        if (beta <= 0) return;
        u = u / beta;
        v = map.backward(u) - v * beta;
        alpha = vector_length(v);
        if (alpha > 0) v = v / alpha;
    }
};

// How long the rest is and how well the map is conditioned, from the rotations alone.
struct Estimate {
    double rest_ahead, along = 0.0, tau = 0.0, theta = 0.0, rho = 1.0;
    double map_squared, largest = 0.0, smallest = 1e100;
    double rest = 0.0, map_norm = 0.0, condition = 1.0;

    Estimate(double beta, double alpha) : rest_ahead(beta), map_squared(alpha * alpha) {}

    struct Step {
        const Turn& first;
        double sbar_rho, rhobar, zeta, zeta_before;
    };
    void rest_after(const Step& step) {
        const double ahead = step.first.c * rest_ahead;
        rest_ahead = -step.first.s * rest_ahead;
        const Turn turn(rho, step.sbar_rho);
        const double theta_before = theta;
        theta = turn.s * step.rhobar;
        rho = turn.c * step.rhobar;
        along = -turn.s * along + turn.c * ahead;
        tau = (step.zeta_before - theta_before * tau) / turn.r;
        const double beside = along - (step.zeta - theta * tau) / rho;
        rest = std::sqrt(beside * beside + rest_ahead * rest_ahead);
    }
    void map_after(double alpha, double beta, double rhobar_before, double rho_now, bool is_first) {
        map_squared += beta * beta;
        map_norm = std::sqrt(map_squared);
        map_squared += alpha * alpha;
        largest = std::max(largest, rhobar_before);
        if (!is_first) smallest = std::min(smallest, rhobar_before);
        condition = std::max(largest, rho_now) / std::min(smallest, rho_now);
    }
};

}  // namespace

Tensor sparse_least_squares(const LinearMap& map, const Tensor& right, const Tensor& start) {
    const double goal = vector_length(right);
    const Tensor rest = start.defined() ? right - map.forward(start).to(at::kDouble) : right;
    Bidiagonal basis(map, rest);
    Tensor x = start.defined() ? start.clone() : at::zeros_like(basis.v);
    if (basis.alpha * basis.beta == 0.0) return x;
    if (goal == 0.0) return at::zeros_like(x);

    Tensor h = basis.v, hbar = at::zeros_like(basis.v);
    Estimate estimate(basis.beta, basis.alpha);
    double zetabar = basis.alpha * basis.beta, alphabar = basis.alpha, zeta = 0.0;
    double rho = 1.0, rhobar = 1.0, cbar = 1.0, sbar = 0.0;
    const int64_t most = std::min(map.rows, x.size(0));
    for (int64_t step = 1; step <= most; ++step) {
        basis.advance();
        const double rho_before = rho, rhobar_before = rhobar, zeta_before = zeta;
        const Turn first(std::abs(alphabar), basis.beta);
        rho = first.r;
        const double theta = first.s * basis.alpha;
        alphabar = first.c * basis.alpha;
        const double sbar_rho = sbar * rho, cbar_rho = cbar * rho;
        const Turn second(cbar_rho, theta);
        cbar = second.c, sbar = second.s, rhobar = second.r;
        zeta = cbar * zetabar;
        zetabar = -sbar * zetabar;

        hbar = h - hbar * (sbar_rho * rho / (rho_before * rhobar_before));
        x = (x.to(at::kDouble) + hbar * (zeta / (rho * rhobar))).to(x.scalar_type());
        h = basis.v - h * (theta / rho);

        estimate.rest_after({first, sbar_rho, rhobar, zeta, zeta_before});
        estimate.map_after(basis.alpha, basis.beta, rhobar_before, cbar_rho, step == 1);
        const double slope = std::abs(zetabar), scale = estimate.map_norm * vector_length(x) / goal;
        const double flatness = slope / (estimate.map_norm * estimate.rest);
        const bool is_flat = estimate.map_norm * estimate.rest != 0.0 && flatness <= solve_tolerance;
        const bool is_close = estimate.rest / goal <= solve_tolerance * (1.0 + scale);
        if (is_flat || is_close || estimate.condition >= worst_condition) break;
    }
    return x;
}

}  // namespace easel::inference::moge
