// Helpers of the loops on a CPU.
#pragma once
#include "eqsim.hpp"

#define EQ_EXPORT __attribute__((visibility("default")))
#define EQ_BLOCK 1024  // elements whose test is computed before those that have an event are collected
#define EQ_VOLLEY 128  // synapses that are loaded, computed and written together
#define EQ_AHEAD 32  // synapses by which memory is fetched ahead
#define EQ_TOGETHER 8  // the number of points of a batch is a multiple of it
#define EQ_STRETCH 256  // elements that pass through all stages of a long body together
#define EQ_VECTOR 8  // elements that vector code computes at once

// Append block + b to the events, for every b with mask[b] != 0; most stretches of 64 have none.
static inline int64_t eq_collect(const int64_t* mask, int64_t count, int64_t block, int32_t* events, int64_t found) {
  int64_t b = 0;
  for (; b + 64 <= count; b += 64) {
    int64_t any = 0;
    for (int q = 0; q < 64; ++q) any |= mask[b + q];
    if (!any) continue;
    for (int64_t p = b; p < b + 64; p += 8) {
      int64_t some = 0;
      for (int q = 0; q < 8; ++q) some |= mask[p + q];
      if (!some) continue;
      for (int q = 0; q < 8; ++q)
        if (mask[p + q]) events[found++] = (int32_t)(block + p + q);
    }
  }
  for (; b < count; ++b)
    if (mask[b]) events[found++] = (int32_t)(block + b);
  return found;
}

// A few elements, and copies of the first of them.
template <class To, class From> EQ_APART static void eq_copy(To* to, const From* from, int64_t count) {
  for (int64_t b = 0; b < EQ_VECTOR; ++b) to[b] = (To)from[b < count ? b : 0];
}

template <class To, class From> EQ_APART static void eq_copy_back(To* to, const From* from, int64_t count) {
  for (int64_t b = 0; b < count; ++b) to[b] = (To)from[b];
}

// The largest of some numbers.
static inline int64_t eq_largest(const int64_t* values, int64_t count) {
  int64_t largest = values[0];
  for (int64_t p = 1; p < count; ++p)
    if (values[p] > largest) largest = values[p];
  return largest;
}

// The first position in [at, end) whose delay is at least `delay`; the delays ascend.
template <class Steps> static inline int64_t eq_lower_bound(const Steps* delays, int64_t at, int64_t end, int64_t delay) {
  while (at < end) {
    const int64_t middle = at + (end - at) / 2;
    if (delays[middle] < delay) at = middle + 1;
    else end = middle;
  }
  return at;
}

// A spike under way: the next of the positions of its row, where they end, the step of the spike.
struct EqFlight {
  int64_t at, end, emitted, row;
};

// The oldest first.
struct EqFlights {
  EqFlight* all;
  int64_t count;
};
