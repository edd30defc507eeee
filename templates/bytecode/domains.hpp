// How the machine visits the elements of a kernel: as eqsim.ir.domain states, block by block.
#pragma once
#include "machine.hpp"

// As SHAPES in eqsim/bytecode/code.py.
enum { EQ_ONCE, EQ_EACH, EQ_WHERE, EQ_OF, EQ_ACROSS, EQ_DELAYED, EQ_GATHER, EQ_SAMPLE, EQ_SEND, EQ_DUE };

// A list of numbers of one of the types that tables of synapses have.
EQ_FN int64_t eq_entry(const void* list, int64_t size, int64_t at) {
  switch (size) {
    case 1: return ((const uint8_t*)list)[at];
    case 2: return ((const uint16_t*)list)[at];
    case 4: return ((const int32_t*)list)[at];
    default: return ((const int64_t*)list)[at];
  }
}

template <class Entry>
static void eq_entries_of(const Entry* list, const int64_t* places, int64_t at, int64_t count, int64_t more, int64_t* to) {
  if (places)
    for (int64_t q = 0; q < count; ++q) to[q] = (int64_t)list[places[q]] + more;
  else
    for (int64_t q = 0; q < count; ++q) to[q] = (int64_t)list[at + q] + more;
}

// Entries at the listed places, or from `at` on; each plus `more`.
static void eq_entries(const void* list, int64_t size, const int64_t* places, int64_t at, int64_t count, int64_t more, int64_t* to) {
  switch (size) {
    case 2: return eq_entries_of((const uint16_t*)list, places, at, count, more, to);
    case 4: return eq_entries_of((const int32_t*)list, places, at, count, more, to);
    default: return eq_entries_of((const int64_t*)list, places, at, count, more, to);
  }
}

EQ_FN int64_t eq_points(const eq_Machine& m, const eq_Kernel& k) { return k.points < 0 ? 1 : eq_number(m, k.points); }

static int64_t* eq_register(eq_Machine& m, int64_t slot) { return slot < 0 ? nullptr : (int64_t*)m.slot[slot]; }

// Run the body for `count` elements from `begin` on.
static void eq_block(eq_Machine& m, const eq_Kernel& k, int64_t begin, int64_t count) {
  m.count = count;
  m.begin = begin;
  for (const eq_Stream* q = k.streams; q != k.streams_end; ++q)
    m.slot[q->slot] = (char*)m.arrays[q->array] + (begin + (q->shift < 0 ? 0 : eq_number(m, q->shift))) * q->size;
  eq_execute(m, k.body, k.body_end);
}

// What is the same for all elements of a step; false if there is nothing to do for them.
static bool eq_prelude(eq_Machine& m, const eq_Kernel& k) {
  m.count = 1;
  eq_execute(m, k.prelude, k.prelude_end);
  return k.test < 0 || k.shape == EQ_WHERE || k.shape == EQ_SEND || eq_number(m, k.test);
}

static void eq_range(eq_Machine& m, const eq_Kernel& k, int64_t first, int64_t size) {
  const int64_t room = k.single ? 1 : EQ_ROOM;
  for (int64_t begin = first; begin < first + size; begin += room)
    eq_block(m, k, begin, first + size - begin < room ? first + size - begin : room);
}

// Append element `e` to the events of its point.
EQ_FN void eq_found(int32_t* events, int64_t* counts, int64_t stride, int64_t history, int64_t points, int64_t e) {
  const int64_t point = e % points;
  events[point * stride + counts[point * history]++] = (int32_t)(e / points);
}

// at: size, indices, counts, history, width
static void eq_where(eq_Machine& m, const eq_Kernel& k, int64_t n) {
  const int64_t points = eq_points(m, k), size = eq_number(m, k.at[0]) * points, room = k.single ? 1 : EQ_ROOM;
  const int64_t history = eq_number(m, k.at[3]), width = eq_number(m, k.at[4]), slot = eq_floormod(n, history);
  int32_t* const events = (int32_t*)m.arrays[k.at[1]] + slot * width;
  int64_t *const counts = (int64_t*)m.arrays[k.at[2]] + slot, found = 0;
  for (int64_t point = 0; point < points; ++point) counts[point * history] = 0;
  for (int64_t begin = 0; begin < size; begin += room) {
    const int64_t count = size - begin < room ? size - begin : room;
    eq_block(m, k, begin, count);
    const int64_t* const test = (const int64_t*)m.slot[k.test];
    if (k.points < 0 && k.wide_test) {
      counts[0] = found = eq_collect(test, count, begin, events, found);
    } else {
      for (int64_t q = 0; q < count; ++q)
        if (test[k.wide_test ? q : 0]) eq_found(events, counts, history * width, history, points, begin + q);
    }
  }
}

// at: size, indices, counts, history, width, first
static void eq_of(eq_Machine& m, const eq_Kernel& k, int64_t n) {
  const int64_t history = eq_number(m, k.at[3]), width = eq_number(m, k.at[4]), room = k.single ? 1 : EQ_ROOM;
  const int64_t first = eq_number(m, k.at[5]), last = first + eq_number(m, k.at[0]);
  int64_t *const i = (int64_t*)m.slot[k.i], *const p = eq_register(m, k.p);
  bool begun = false;
  int64_t filled = 0;
  for (int64_t point = 0; point < eq_points(m, k); ++point) {
    const int64_t slot = point * history + eq_floormod(n, history), count = ((const int64_t*)m.arrays[k.at[2]])[slot];
    const int32_t* const events = (const int32_t*)m.arrays[k.at[1]] + slot * width;
    if (count && !begun && !(begun = eq_prelude(m, k))) return;
    for (int64_t e = 0; e < count; ++e) {
      i[filled] = events[e];
      if (p) p[filled] = point;
      filled += events[e] >= first && events[e] < last;
      if (filled == room) eq_block(m, k, 0, filled), filled = 0;
    }
  }
  if (filled) eq_block(m, k, 0, filled);
}

// What belongs to the visits from `begin` on, if each index is visited for all points: the index, and the point.
static void eq_of_points(eq_Machine& m, const eq_Kernel& k, int64_t begin, int64_t count, int64_t points, int64_t* to) {
  int64_t* const p = eq_register(m, k.p);
  for (int64_t q = 0; q < count; ++q) to[q] = (begin + q) / points;
  for (int64_t q = 0; p && q < count; ++q) p[q] = (begin + q) % points;
}

// at: size, elements, bytes of an entry of it
static void eq_sample(eq_Machine& m, const eq_Kernel& k) {
  const int64_t points = eq_points(m, k), size = eq_number(m, k.at[0]) * points, room = k.single ? 1 : EQ_ROOM;
  int64_t places[EQ_ROOM], *const r = k.r < 0 ? places : (int64_t*)m.slot[k.r];
  for (int64_t begin = 0; begin < size; begin += room) {
    const int64_t count = size - begin < room ? size - begin : room;
    if (k.points >= 0) eq_of_points(m, k, begin, count, points, r);
    eq_entries(m.arrays[k.at[1]], k.at[2], k.points < 0 ? nullptr : r, begin, count, 0, (int64_t*)m.slot[k.i]);
    eq_block(m, k, begin, count);
  }
}

// Where the synapses of a route lead.  An array is -1 where there is none; `bytes` are those of its entries.
struct eq_Way {
  int64_t size, rows, first, since, order, ends, ends_bytes, source, source_bytes, target, target_bytes, first_source, first_target, pre;
};

// The ends of synapses: of those listed in `places`, or from `at` on.  `row`: the number of the side that had the event.
static void eq_ends(eq_Machine& m, const eq_Kernel& k, const eq_Way& way, const int64_t* places, int64_t at, int64_t count,
                    const int64_t* row, int64_t filled) {
  int64_t *const i = eq_register(m, k.i), *const j = eq_register(m, k.j);
  const int64_t more_i = eq_number(m, way.first_source), more_j = eq_number(m, way.first_target);
  if (i && row && way.pre)
    for (int64_t q = 0; q < count; ++q) i[filled + q] = *row + more_i;
  else if (i && way.ends >= 0)
    eq_entries(m.arrays[way.ends], way.ends_bytes, nullptr, at, count, more_i, i + filled);
  else if (i)
    eq_entries(m.arrays[way.source], way.source_bytes, places, at, count, more_i, i + filled);
  if (j && row && !way.pre)
    for (int64_t q = 0; q < count; ++q) j[filled + q] = *row + more_j;
  else if (j && way.ends >= 0)
    eq_entries(m.arrays[way.ends], way.ends_bytes, nullptr, at, count, more_j, j + filled);
  else if (j)
    eq_entries(m.arrays[way.target], way.target_bytes, places, at, count, more_j, j + filled);
}

// Lists of synapses that wait for the steps at which they are due.
struct eq_Waiting {
  int64_t waiting, counts, due, longest, farthest, history, width;
};

// What a loop needs along a route: how the rows are found, and the ring of events.
struct eq_Reach {
  eq_Way way;
  int64_t indices, counts, history, width;
  int64_t delay;  // "across" and "send": a slot; "delayed": an array
  int64_t bytes;  // of an entry of that array
  eq_Waiting queue;
};

// Each synapse of the block goes to the list of the step at which it is due; to the last list, with that step, if it is due
// after all that there are.
static void eq_put(eq_Machine& m, const eq_Kernel& k, const eq_Waiting& queue, int64_t n) {
  const int64_t history = eq_number(m, queue.history), width = eq_number(m, queue.width);
  int64_t *const counts = (int64_t*)m.arrays[queue.counts], *const due = (int64_t*)m.arrays[queue.due];
  int64_t *const longest = (int64_t*)m.arrays[queue.longest], *const farthest = (int64_t*)m.arrays[queue.farthest];
  int32_t* const waiting = (int32_t*)m.arrays[queue.waiting];
  const int64_t *const synapse = (const int64_t*)m.slot[k.k], *const ahead = (const int64_t*)m.slot[k.test];
  for (int64_t q = 0; q < m.filled; ++q) {
    const int64_t steps = ahead[k.wide_test ? q : 0];
    const bool late = steps >= history;
    const int64_t slot = late ? history : eq_floormod(n + steps, history), place = counts[slot]++;
    waiting[slot * width + place] = (int32_t)synapse[q];
    if (late) due[place] = n + steps;
    if (place >= *longest) *longest = place + 1;
    if (steps >= *farthest) *farthest = steps + 1;
  }
}

static void eq_flush(eq_Machine& m, const eq_Kernel& k) {
  if (m.filled) eq_block(m, k, 0, m.filled);
  if (k.shape == EQ_SEND) eq_put(m, k, ((const eq_Reach*)k.at)->queue, m.steps_at[k.clock]);
  m.filled = 0;
}

// Visit the positions from `at` to `end` of a row.
static void eq_positions(eq_Machine& m, const eq_Kernel& k, const eq_Way& way, int64_t row, int64_t at, int64_t end, int64_t point = 0) {
  const int64_t room = k.single ? 1 : EQ_ROOM;
  int64_t places[EQ_ROOM];
  int64_t* const synapse = eq_register(m, k.k);
  while (at < end) {
    const int64_t free = room - m.filled, count = end - at < free ? end - at : free;
    if (way.order >= 0) eq_entries(m.arrays[way.order], 4, nullptr, at, count, 0, places);
    if (synapse)
      for (int64_t q = 0; q < count; ++q) synapse[m.filled + q] = way.order >= 0 ? places[q] : at + q;
    eq_ends(m, k, way, way.order >= 0 ? places : nullptr, at, count, &row, m.filled);
    if (k.p >= 0)
      for (int64_t q = 0; q < count; ++q) ((int64_t*)m.slot[k.p])[m.filled + q] = point;
    m.filled += count;
    at += count;
    if (m.filled == room) eq_flush(m, k);
  }
}

static void eq_across(eq_Machine& m, const eq_Kernel& k, int64_t n) {
  const eq_Reach& at = *(const eq_Reach*)k.at;
  const eq_Way& way = at.way;
  const int64_t emitted = n - eq_number(m, at.delay), history = eq_number(m, at.history), width = eq_number(m, at.width);
  if (emitted < eq_number(m, way.since)) return;
  const int64_t first = eq_number(m, way.first), size = eq_number(m, way.size);
  const int64_t* const rows = (const int64_t*)m.arrays[way.rows];
  bool begun = false;
  for (int64_t point = 0; point < eq_points(m, k); ++point) {
    const int64_t slot = point * history + eq_floormod(emitted, history), count = ((const int64_t*)m.arrays[at.counts])[slot];
    const int32_t* const events = (const int32_t*)m.arrays[at.indices] + slot * width;
    if (count && !begun && !(begun = eq_prelude(m, k))) return;
    for (int64_t e = 0; e < count; ++e) {
      const int64_t row = events[e] - first;
      if (row >= 0 && row < size) eq_positions(m, k, way, row, rows[row], rows[row + 1], point);
    }
  }
  eq_flush(m, k);
}

static void eq_take_off(eq_Machine& m, eq_Kernel& k, int64_t emitted, int64_t age) {
  const eq_Reach& at = *(const eq_Reach*)k.at;
  const eq_Way& way = at.way;
  const int64_t slot = eq_floormod(emitted, eq_number(m, at.history)), first = eq_number(m, way.first), size = eq_number(m, way.size);
  const int32_t* const events = (const int32_t*)m.arrays[at.indices] + slot * eq_number(m, at.width);
  const int64_t *const rows = (const int64_t*)m.arrays[way.rows], count = ((const int64_t*)m.arrays[at.counts])[slot];
  for (int64_t e = 0; e < count; ++e) {
    const int64_t row = events[e] - first;
    if (row < 0 || row >= size) continue;
    int64_t low = rows[row], high = rows[row + 1];
    while (low < high) {
      const int64_t middle = low + (high - low) / 2;
      if (eq_entry(m.arrays[at.delay], at.bytes, middle) < age) low = middle + 1;
      else high = middle;
    }
    if (low < rows[row + 1]) k.flights.all[k.flights.count++] = EqFlight{low, rows[row + 1], emitted, row};
  }
}

// As many spikes as can be under way; false if there is no memory for them.
static bool eq_resume(eq_Machine& m, eq_Kernel& k, int64_t n) {
  const eq_Reach& at = *(const eq_Reach*)k.at;
  const eq_Way& way = at.way;
  const int64_t history = eq_number(m, at.history);
  k.flights.all = (EqFlight*)__builtin_malloc(sizeof(EqFlight) * (uint64_t)(1 + history * eq_number(m, at.width)));
  k.flights.count = 0;
  if (!k.flights.all) return false;
  for (int64_t age = history - 1; age >= 2; --age)
    if (n - age >= eq_number(m, way.since)) eq_take_off(m, k, n - age, age);
  return true;
}

// Positions are sorted by delay: a spike under way remembers up to where it has been delivered.
static void eq_delayed(eq_Machine& m, eq_Kernel& k, int64_t n) {
  const eq_Reach& at = *(const eq_Reach*)k.at;
  const eq_Way& way = at.way;
  const void* const delays = m.arrays[at.delay];
  if (n - 1 >= eq_number(m, way.since)) eq_take_off(m, k, n - 1, 1);
  (void)eq_prelude(m, k);
  int64_t flying = 0;
  for (int64_t f = 0; f < k.flights.count; ++f) {
    const EqFlight flight = k.flights.all[f];
    int64_t end = flight.at;
    while (end < flight.end && eq_entry(delays, at.bytes, end) == n - flight.emitted) ++end;
    if (end > flight.at) eq_positions(m, k, way, flight.row, flight.at, end);
    k.flights.all[flying] = EqFlight{end, flight.end, flight.emitted, flight.row};
    flying += end < flight.end;
  }
  k.flights.count = flying;
  if (n >= eq_number(m, way.since)) {
    const int64_t slot = eq_floormod(n, eq_number(m, at.history)), count = ((const int64_t*)m.arrays[at.counts])[slot];
    const int64_t first = eq_number(m, way.first), size = eq_number(m, way.size);
    const int32_t* const events = (const int32_t*)m.arrays[at.indices] + slot * eq_number(m, at.width);
    const int64_t* const rows = (const int64_t*)m.arrays[way.rows];
    for (int64_t e = 0; e < count; ++e) {
      const int64_t row = events[e] - first;
      if (row < 0 || row >= size) continue;
      int64_t end = rows[row];
      while (end < rows[row + 1] && eq_entry(delays, at.bytes, end) == 0) ++end;
      eq_positions(m, k, way, row, rows[row], end);
    }
  }
  eq_flush(m, k);
}

// at: way, then what stands in eq_Waiting
static void eq_due(eq_Machine& m, const eq_Kernel& k, int64_t n) {
  const eq_Way& way = *(const eq_Way*)k.at;
  const eq_Waiting& queue = *(const eq_Waiting*)(k.at + sizeof(eq_Way) / 8);
  const int64_t slot = eq_floormod(n, eq_number(m, queue.history)), room = k.single ? 1 : EQ_ROOM;
  int64_t* const counts = (int64_t*)m.arrays[queue.counts];
  const int64_t count = counts[slot];
  const int32_t* const waiting = (const int32_t*)m.arrays[queue.waiting] + slot * eq_number(m, queue.width);
  counts[slot] = 0;
  if (count == 0) return;
  if (!eq_prelude(m, k)) return;
  int64_t places[EQ_ROOM];
  for (int64_t e = 0; e < count; e += room) {
    const int64_t here = count - e < room ? count - e : room;
    eq_entries(waiting, 4, nullptr, e, here, 0, k.k < 0 ? places : (int64_t*)m.slot[k.k]);
    eq_ends(m, k, way, k.k < 0 ? places : (const int64_t*)m.slot[k.k], 0, here, nullptr, 0);
    eq_block(m, k, 0, here);
  }
}

// at: way, then the number of synapses
static void eq_gather(eq_Machine& m, const eq_Kernel& k) {
  const eq_Way& way = *(const eq_Way*)k.at;
  const int64_t points = eq_points(m, k), size = eq_number(m, k.at[sizeof(eq_Way) / 8]) * points, room = k.single ? 1 : EQ_ROOM;
  int64_t places[EQ_ROOM], *const synapse = k.k < 0 ? places : (int64_t*)m.slot[k.k];
  for (int64_t begin = 0; begin < size; begin += room) {
    const int64_t count = size - begin < room ? size - begin : room;
    if (k.points >= 0) eq_of_points(m, k, begin, count, points, synapse);
    eq_ends(m, k, way, k.points < 0 ? nullptr : synapse, begin, count, nullptr, 0);
    eq_block(m, k, begin, count);
  }
}

static void eq_visit(eq_Machine& m, eq_Kernel& k, int64_t n) {
  switch (k.shape) {
    case EQ_OF: return eq_of(m, k, n);
    case EQ_SEND:
    case EQ_ACROSS: return eq_across(m, k, n);
    case EQ_DELAYED: return eq_delayed(m, k, n);
    case EQ_DUE: return eq_due(m, k, n);
  }
  if (!eq_prelude(m, k)) return;
  switch (k.shape) {
    case EQ_ONCE: return eq_range(m, k, 0, eq_points(m, k));
    case EQ_EACH: return eq_range(m, k, eq_number(m, k.at[1]) * eq_points(m, k), eq_number(m, k.at[0]) * eq_points(m, k));
    case EQ_WHERE: return eq_where(m, k, n);
    case EQ_GATHER: return eq_gather(m, k);
    case EQ_SAMPLE: return eq_sample(m, k);
  }
}
