// Sums over synapses by the neuron that gets the sum, where the value of a synapse depends on its other end only.
//
// Synapse after synapse, each addition goes through memory.  Here EQ_LANES neurons are summed at once in registers; each lane
// goes through the list of the other ends of its neuron's synapses, in the order of the synapses, which gives the same bits:
//
//   to      [group*EQ_LANES + lane]              the neuron; in lanes that are left over the one of lane 0
//   starts  [group] .. [group + 1]               rows of the group
//   of      [row*EQ_LANES + lane]                the other end of a synapse; `ends`, whose value is -0, behind the end of a list
//   values  [part*stride + end]                  the value of each other end in this step, for each thread
//
// x + -0 is x, bit for bit, also for x = -0.  Neurons with lists of similar length share a group.
#pragma once
#include "team.hpp"

#define EQ_LANES 8
#define EQ_WINDOW 64  // neurons that are sorted by the length of their lists
#define EQ_LISTING 64  // steps from which on lists are written; what that costs has been saved after about 10

struct eq_Lists {
  int64_t groups;  // 0: there are no lists
  int64_t ends, stride;
  int64_t first[EQ_MOST_THREADS + 1];  // the groups of each part
  int32_t* to;
  int64_t* starts;
  uint16_t* of;
  void* values;
};

[[maybe_unused]] static void eq_unlist(const eq_Lists& lists) {
  __builtin_free(lists.to);
  __builtin_free(lists.starts);
  __builtin_free(lists.of);
  __builtin_free(lists.values);
}

template <class End> static int64_t eq_highest(const End* ends, int64_t total) {
  int64_t highest = 0;
  for (int64_t k = 0; k < total; ++k)
    if ((int64_t)ends[k] > highest) highest = (int64_t)ends[k];
  return highest;
}

// Sort neurons by the number of their synapses, the longest list first.
[[maybe_unused]] static void eq_longest_first(int32_t* to, int64_t size, const int64_t* counts) {
  for (int64_t q = 1; q < size; ++q) {
    const int32_t mine = to[q];
    int64_t at = q;
    for (; at > 0 && counts[to[at - 1]] < counts[mine]; --at) to[at] = to[at - 1];
    to[at] = mine;
  }
}

// Write the lists: synapse k leads from `from[k]` to the sum of `to[k]`.  False if there are too many ends, if lists would be
// longer than the synapses are worth, or if there is no memory.
template <class Value, class From, class To>
EQ_COLD static bool eq_list(eq_Lists& lists, int64_t parts, int64_t total, const From* from, const To* to) {
  lists = {};
  if (total == 0) return false;
  const int64_t ends = eq_highest(from, total) + 1, neurons = eq_highest(to, total) + 1;
  if (ends > 65535 || ends > total || neurons > total) return false;
  const int64_t groups = (neurons + EQ_LANES - 1) / EQ_LANES;
  lists.to = (int32_t*)__builtin_malloc(sizeof(int32_t) * EQ_LANES * (uint64_t)groups);
  lists.starts = (int64_t*)__builtin_malloc(sizeof(int64_t) * ((uint64_t)groups + 1));
  int64_t* const counts = (int64_t*)__builtin_calloc((uint64_t)neurons, sizeof(int64_t));  // later: where the next one goes
  bool enough = lists.to && lists.starts && counts;
  int64_t rows = 0;
  if (enough) {
    for (int64_t k = 0; k < total; ++k) ++counts[to[k]];
    for (int64_t j = 0; j < neurons; ++j) lists.to[j] = (int32_t)j;
    for (int64_t j = 0; j < neurons; j += EQ_WINDOW)
      eq_longest_first(lists.to + j, neurons - j < EQ_WINDOW ? neurons - j : EQ_WINDOW, counts);
    for (int64_t j = neurons; j < groups * EQ_LANES; ++j) lists.to[j] = lists.to[(groups - 1) * EQ_LANES];
    for (int64_t group = 0; group < groups; ++group) {
      lists.starts[group] = rows;
      rows += counts[lists.to[group * EQ_LANES]];
    }
    lists.starts[groups] = rows;
    enough = rows * EQ_LANES <= total + total / 2;
  }
  if (enough) {
    lists.stride = ends + 8;
    lists.of = (uint16_t*)__builtin_malloc(sizeof(uint16_t) * EQ_LANES * (uint64_t)rows);
    lists.values = __builtin_malloc(sizeof(Value) * (uint64_t)(lists.stride * parts));
    enough = lists.of && lists.values;
  }
  if (enough) {
    lists.groups = groups;
    lists.ends = ends;
    for (int64_t at = 0; at < rows * EQ_LANES; ++at) lists.of[at] = (uint16_t)ends;
    for (int64_t j = neurons - 1; j >= 0; --j) counts[lists.to[j]] = lists.starts[j / EQ_LANES] * EQ_LANES + j % EQ_LANES;
    for (int64_t k = 0; k < total; ++k) {
      int64_t& next = counts[to[k]];
      lists.of[next] = (uint16_t)from[k];
      next += EQ_LANES;
    }
    for (int64_t part = 0, group = 0; part <= parts; ++part) {
      while (group < groups && lists.starts[group] * parts < rows * part) ++group;
      lists.first[part] = part == parts ? groups : group;
    }
  } else {
    eq_unlist(lists);
    lists = {};
  }
  __builtin_free(counts);
  return enough;
}

// Add what the lists of a part say.  The lanes are written from the last to the first one, whose neuron may stand in others.
template <class Value> EQ_FN void eq_add_listed(const eq_Lists& lists, int64_t me, Value* values, Value* sums) {
  values[lists.ends] = (Value)-0.0;
  const Value* const v = values;
  for (int64_t group = lists.first[me]; group < lists.first[me + 1]; ++group) {
    const int32_t* const to = lists.to + group * EQ_LANES;
    Value a = sums[to[0]], b = sums[to[1]], c = sums[to[2]], d = sums[to[3]];
    Value e = sums[to[4]], f = sums[to[5]], g = sums[to[6]], h = sums[to[7]];
    const uint16_t* const end = lists.of + lists.starts[group + 1] * EQ_LANES;
    for (const uint16_t* x = lists.of + lists.starts[group] * EQ_LANES; x < end; x += EQ_LANES) {
      a += v[x[0]], b += v[x[1]], c += v[x[2]], d += v[x[3]];
      e += v[x[4]], f += v[x[5]], g += v[x[6]], h += v[x[7]];
    }
    sums[to[7]] = h, sums[to[6]] = g, sums[to[5]] = f, sums[to[4]] = e;
    sums[to[3]] = d, sums[to[2]] = c, sums[to[1]] = b, sums[to[0]] = a;
  }
}
