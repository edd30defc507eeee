// The synapses of a route, cut into parts: each part has those that lead to ends of its own, in their old order.
//
//   rows   [row*parts + part] .. [row*parts + part + 1]   positions of the part in a row (one more entry at the end)
//   order, delays, ends                                   as in the route; sorted anew where parts would be mixed
//
// One part: the arrays of the route themselves.
#pragma once
#include "team.hpp"

struct eq_Cut {
  int64_t parts;
  bool anew;  // sorted anew: then the arrays are its own
  const int64_t* rows;
  const void *order, *delays, *ends;
};

[[maybe_unused]] static void eq_uncut(const eq_Cut& cut) {
  if (cut.parts > 1) __builtin_free((void*)cut.rows);
  if (!cut.anew) return;
  __builtin_free((void*)cut.order);
  __builtin_free((void*)cut.delays);
  __builtin_free((void*)cut.ends);
}

#ifdef EQ_THREADS

// For each end the part that it belongs to, so that all parts have about as many synapses; null if there is no memory.
template <class End> EQ_COLD static uint8_t* eq_owners(int64_t parts, int64_t total, const End* end_of) {
  int64_t highest = 0;
  for (int64_t at = 0; at < total; ++at)
    if ((int64_t)end_of[at] > highest) highest = (int64_t)end_of[at];
  int64_t* const counts = (int64_t*)__builtin_calloc((uint64_t)highest + 1, 8);
  uint8_t* const owner = (uint8_t*)__builtin_malloc((uint64_t)highest + 1);
  if (counts && owner) {
    for (int64_t at = 0; at < total; ++at) ++counts[end_of[at]];
    for (int64_t end = 0, before = 0; end <= highest; before += counts[end++]) owner[end] = (uint8_t)(before * parts / total);
  }
  __builtin_free(counts);
  if (!counts) __builtin_free(owner);
  return counts ? owner : nullptr;
}

template <class Value> static Value* eq_room(const Value* like, int64_t count) {
  return like ? (Value*)__builtin_malloc(sizeof(Value) * (uint64_t)count) : nullptr;
}

#endif

// Cut a route; it stays in one part if there is no memory, or if it would have to be sorted and has no order.
// `ends` by position, or `column` by synapse; delays may be null.
template <class End, class Delay>
EQ_COLD static void eq_cut(eq_Cut& cut, int64_t parts, int64_t size, const int64_t* rows, const int32_t* order, const Delay* delays,
                   const End* ends, const End* column, bool may_sort) {
  cut = {1, false, rows, order, delays, ends};
#ifdef EQ_THREADS
  const int64_t total = rows[size];
  if (parts == 1 || total == 0) return;
  uint8_t* const owner = eq_owners(parts, total, ends ? ends : column);
  int64_t* const cuts = (int64_t*)__builtin_malloc(8 * ((uint64_t)(size * parts) + 1));
  auto part_of = [=](int64_t at) { return owner[ends ? ends[at] : column[order ? order[at] : at]]; };
  bool sorted = true;
  if (owner && cuts) {
    for (int64_t row = 0; row < size; ++row) {
      int64_t counts[EQ_MOST_THREADS] = {};
      for (int64_t at = rows[row]; at < rows[row + 1]; ++at) {
        ++counts[part_of(at)];
        if (at > rows[row] && part_of(at) < part_of(at - 1)) sorted = false;
      }
      cuts[row * parts] = rows[row];
      for (int64_t part = 1; part < parts; ++part) cuts[row * parts + part] = cuts[row * parts + part - 1] + counts[part - 1];
    }
    cuts[size * parts] = total;
  }
  bool enough = owner && cuts && (sorted || may_sort);
  if (enough && !sorted) {
    int32_t* const new_order = ends ? nullptr : (int32_t*)__builtin_malloc(4 * (uint64_t)total);
    Delay* const new_delays = eq_room(delays, total);
    End* const new_ends = eq_room(ends, total);
    enough = (new_order || ends) && (new_delays || !delays) && (new_ends || !ends);
    for (int64_t row = 0; enough && row < size; ++row) {
      int64_t next[EQ_MOST_THREADS];
      for (int64_t part = 0; part < parts; ++part) next[part] = cuts[row * parts + part];
      for (int64_t at = rows[row]; at < rows[row + 1]; ++at) {
        const int64_t to = next[part_of(at)]++;
        if (new_order) new_order[to] = order ? order[at] : (int32_t)at;
        if (new_delays) new_delays[to] = delays[at];
        if (new_ends) new_ends[to] = ends[at];
      }
    }
    if (enough) {
      cut = {parts, true, cuts, new_order, new_delays, new_ends};
    } else {
      __builtin_free(new_order);
      __builtin_free(new_delays);
      __builtin_free(new_ends);
    }
  } else if (enough) {
    cut.parts = parts, cut.rows = cuts;
  }
  __builtin_free(owner);
  if (!enough) __builtin_free(cuts);
#else
  (void)parts, (void)size, (void)column, (void)may_sort;
#endif
}
