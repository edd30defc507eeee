// The few words in which loops for GPUs are written, in three meanings:
//   nvcc           CUDA
//   -DEQ_FIBERS    a grid of emulated threads on a CPU, in an order that EQSIM_SCHEDULE chooses
//   otherwise      one thread
// A warp is a group of EQ_LANES threads that can exchange values.  All threads of a warp must meet in `eq_ballot`,
// `eq_from`, `eq_sum` and `eq_sync_warp`, all threads of the grid in `eq_sync_grid`.
#pragma once
#include "eqsim.hpp"

#if defined(__CUDACC__)
#define EQ_DEVICE [[maybe_unused]] static __device__
#define EQ_CONSTANT static __constant__
#define EQ_LANES 32
#define EQ_MOST_THREADS 256  // of a block

EQ_FN int64_t eq_thread() { return (int64_t)blockIdx.x * blockDim.x + threadIdx.x; }
EQ_FN int64_t eq_threads() { return (int64_t)gridDim.x * blockDim.x; }
EQ_FN int eq_lane() { return (int)(threadIdx.x % EQ_LANES); }
EQ_FN uint32_t eq_ballot(bool p) { return __ballot_sync(0xffffffffu, p); }
EQ_FN int64_t eq_from(int64_t x, int lane) { return __shfl_sync(0xffffffffu, (long long)x, lane); }
EQ_FN int64_t eq_sum(int64_t x) {
  for (int far = EQ_LANES / 2; far; far /= 2) x += __shfl_xor_sync(0xffffffffu, (long long)x, far);
  return x;
}
EQ_FN int eq_ones(uint32_t x) { return __popc(x); }
EQ_FN int eq_first_one(uint32_t x) { return __ffs((int)x) - 1; }
EQ_FN void eq_sync_warp() { __syncwarp(); }
EQ_FN void eq_interrupt() {}  // where the emulation may turn to another thread

[[maybe_unused]] static __device__ unsigned long long eq_arrived;  // at barriers of this launch

// All that any thread has written before is seen by every thread after.
EQ_FN void eq_sync_grid(int) {
  __syncthreads();
  if (gridDim.x == 1) return;
  if (threadIdx.x == 0) {
    __threadfence();
    const unsigned long long blocks = gridDim.x, all = (atomicAdd(&eq_arrived, 1ull) / blocks + 1) * blocks;
    while (*(volatile unsigned long long*)&eq_arrived < all) {}
    __threadfence();
  }
  __syncthreads();
}

#else
#define EQ_DEVICE [[maybe_unused]] static inline
#define EQ_CONSTANT static
EQ_FN int eq_ones(uint32_t x) { return __builtin_popcount(x); }
EQ_FN int eq_first_one(uint32_t x) { return __builtin_ffs((int)x) - 1; }
#if defined(EQ_FIBERS)
#include "fibers.hpp"
#else
#define EQ_LANES 1
EQ_FN int64_t eq_thread() { return 0; }
EQ_FN int64_t eq_threads() { return 1; }
EQ_FN int eq_lane() { return 0; }
EQ_FN uint32_t eq_ballot(bool p) { return p; }
EQ_FN int64_t eq_from(int64_t x, int) { return x; }
EQ_FN int64_t eq_sum(int64_t x) { return x; }
EQ_FN void eq_sync_warp() {}
EQ_FN void eq_sync_grid(int) {}
EQ_FN void eq_interrupt() {}
#endif
#endif

EQ_FN int64_t eq_warp() { return eq_thread() / EQ_LANES; }
EQ_FN int64_t eq_warps() { return eq_threads() / EQ_LANES; }

// What a warp visits of `size` elements that begin at `first`: a stretch of whole lanes, the same one at each step.
struct eq_Stretch {
  int64_t from, to;
};
EQ_FN eq_Stretch eq_stretch(int64_t first, int64_t size) {
  const int64_t words = (size + EQ_LANES - 1) / EQ_LANES, each = (words + eq_warps() - 1) / eq_warps() * EQ_LANES;
  const int64_t from = eq_warp() * each < size ? eq_warp() * each : size;
  const int64_t to = from + each < size ? from + each : size;
  return {first + from, first + to};
}

// The first place in [at, end) whose value is at least `least`; the values ascend.
template <class Values> EQ_FN int64_t eq_at_least(const Values& value, int64_t at, int64_t end, int64_t least) {
  while (at < end) {
    const int64_t middle = at + (end - at) / 2;
    if ((int64_t)value(middle) < least) at = middle + 1;
    else end = middle;
  }
  return at;
}
