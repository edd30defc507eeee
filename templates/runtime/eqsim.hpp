// What every C-family target shares: types without standard headers, and operations that are exactly one IEEE operation.
#pragma once

typedef __INT32_TYPE__ int32_t;
typedef __INT64_TYPE__ int64_t;
typedef __UINT8_TYPE__ uint8_t;
typedef __UINT16_TYPE__ uint16_t;
typedef __UINT32_TYPE__ uint32_t;
typedef __UINT64_TYPE__ uint64_t;
#ifndef INT64_C
#define INT64_C(x) x##ll
#endif

#if defined(__CUDACC__)
#define EQ_FN [[maybe_unused]] static __device__ __forceinline__
#define EQ_TABLE [[maybe_unused]] static __device__ const
#else
#define EQ_FN static inline __attribute__((always_inline, unused))
#define EQ_TABLE static const
#endif

// A kernel runs at every step: a compiler that guesses otherwise, from how it is called, makes no vector code of its loops.
#if defined(__GNUC__)
#define EQ_HOT __attribute__((hot))
#define EQ_APART __attribute__((hot, noinline))  // ... and it stays a function of its own
#else
#define EQ_HOT
#define EQ_APART
#endif

// No iteration of the next loop reads what another one writes.
#if defined(__clang__)
#define EQ_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#elif defined(__GNUC__)
#define EQ_INDEPENDENT _Pragma("GCC ivdep")
#else
#define EQ_INDEPENDENT
#endif

EQ_FN double eq_sqrt(double x) { return __builtin_sqrt(x); }
EQ_FN double eq_floor(double x) { return __builtin_floor(x); }
EQ_FN double eq_ceil(double x) { return __builtin_ceil(x); }
EQ_FN double eq_trunc(double x) { return __builtin_trunc(x); }
EQ_FN double eq_abs(double x) { return __builtin_fabs(x); }
EQ_FN int64_t eq_iabs(int64_t x) { return x < 0 ? (int64_t)(0u - (uint64_t)x) : x; }
EQ_FN double eq_inf() { return __builtin_inf(); }
EQ_FN double eq_nan() { return __builtin_nan(""); }
EQ_FN uint64_t eq_bits(double x) { uint64_t b; __builtin_memcpy(&b, &x, 8); return b; }
EQ_FN double eq_unbits(uint64_t b) { double x; __builtin_memcpy(&x, &b, 8); return x; }

// Rounds towards zero.  What does not fit becomes the least int, as on x86; a GPU would take the nearest one.
EQ_FN int64_t eq_int(double x) {
#if defined(__CUDA_ARCH__)
  if (!(x >= -0x1p63 && x < 0x1p63)) return -INT64_C(9223372036854775807) - 1;
#endif
  return (int64_t)x;
}

// `yes` or `no`, bit for bit, without a branch.
EQ_FN double eq_choose(bool test, double yes, double no) {
  const uint64_t mask = 0u - (uint64_t)test;
  return eq_unbits((eq_bits(yes) & mask) | (eq_bits(no) & ~mask));
}

// Division of ints as in Python: the quotient is rounded down, the remainder has the sign of b; both are 0 for b = 0.
EQ_FN int64_t eq_floordiv(int64_t a, int64_t b) {
  if (b == 0) return 0;
  if (b == -1) return (int64_t)(0u - (uint64_t)a);
  const int64_t q = a / b;
  return q - ((a % b != 0) & ((a < 0) != (b < 0)));
}
EQ_FN int64_t eq_floormod(int64_t a, int64_t b) {
  if (b == 0 || b == -1) return 0;
  const int64_t r = a % b;
  return r + (((r != 0) & ((r < 0) != (b < 0))) ? b : 0);
}
