// A grid of threads on a CPU: each is a fiber with a stack of its own, and one of them runs at a time.
//   EQSIM_SCHEDULE   0: in turn; other numbers: at every meeting and interruption, chance chooses who goes on
//   EQSIM_MISSING    the number of a barrier that is left out, to see that somebody notices
// A schedule that no GPU would follow is one that the program must survive, too.
#pragma once
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <ucontext.h>

#include "eqsim.hpp"

#define EQ_LANES 32

// Threads that wait for each other; the last one to come lets all go on.
struct eq_Meeting {
  int expected, here;
  int* waiting;
};

struct eq_Fibers {
  int count, current, ready_count;
  uint32_t chance;
  bool fuzzy;
  int missing;
  ucontext_t home;
  ucontext_t* places;
  void** stacks;
  int* ready;
  int64_t* said;  // what each thread says to its warp
  eq_Meeting grid;
  eq_Meeting* warps;
  void (*work)(void*);
  void* with;
};
static eq_Fibers eq_grid;

static inline uint32_t eq_chance() {
  eq_grid.chance ^= eq_grid.chance << 13;
  eq_grid.chance ^= eq_grid.chance >> 17;
  return eq_grid.chance ^= eq_grid.chance << 5;
}

EQ_FN int64_t eq_thread() { return eq_grid.current; }
EQ_FN int64_t eq_threads() { return eq_grid.count; }
EQ_FN int eq_lane() { return eq_grid.current % EQ_LANES; }

static inline void eq_leave() {
  const int me = eq_grid.current;
  swapcontext(&eq_grid.places[me], &eq_grid.home);
}

static inline void eq_meet(eq_Meeting& m) {
  if (m.here + 1 < m.expected) {
    m.waiting[m.here++] = eq_grid.current;
    eq_leave();
    return;
  }
  for (int at = 0; at < m.here; ++at) eq_grid.ready[eq_grid.ready_count++] = m.waiting[at];
  m.here = 0;
  if (eq_grid.fuzzy) {
    eq_grid.ready[eq_grid.ready_count++] = eq_grid.current;
    eq_leave();
  }
}

[[maybe_unused]] static void eq_interrupt() {
  if (!eq_grid.fuzzy || eq_chance() % 8) return;
  eq_grid.ready[eq_grid.ready_count++] = eq_grid.current;
  eq_leave();
}
[[maybe_unused]] static void eq_sync_warp() { eq_meet(eq_grid.warps[eq_grid.current / EQ_LANES]); }
[[maybe_unused]] static void eq_sync_grid(int number) {
  if (number != eq_grid.missing) eq_meet(eq_grid.grid);
}
static inline const int64_t* eq_say(int64_t x) {
  eq_grid.said[eq_grid.current] = x;
  eq_sync_warp();
  return eq_grid.said + eq_grid.current / EQ_LANES * EQ_LANES;
}
[[maybe_unused]] static uint32_t eq_ballot(bool p) {
  const int64_t* said = eq_say(p);
  uint32_t word = 0;
  for (int lane = 0; lane < EQ_LANES; ++lane) word |= (uint32_t)said[lane] << lane;
  eq_sync_warp();
  return word;
}
[[maybe_unused]] static int64_t eq_from(int64_t x, int lane) {
  const int64_t found = eq_say(x)[lane];
  eq_sync_warp();
  return found;
}
[[maybe_unused]] static int64_t eq_sum(int64_t x) {
  const int64_t* said = eq_say(x);
  int64_t sum = 0;
  for (int lane = 0; lane < EQ_LANES; ++lane) sum += said[lane];
  eq_sync_warp();
  return sum;
}

static void eq_begin() {
  eq_grid.work(eq_grid.with);
  for (;;) swapcontext(&eq_grid.places[eq_grid.current], &eq_grid.home);
}

static inline int64_t eq_setting(const char* name, int64_t otherwise) {
  const char* text = getenv(name);
  return text && *text ? strtoll(text, NULL, 10) : otherwise;
}

// Run `work(with)` in all threads of a grid.
static inline void eq_run_grid(int count, void (*work)(void*), void* with) {
  const size_t room = 1 << 18;
  eq_Fibers& g = eq_grid;
  const int64_t schedule = eq_setting("EQSIM_SCHEDULE", 1);
  g.fuzzy = schedule != 0;
  g.chance = g.chance ? g.chance : (uint32_t)schedule * 2654435761u + 88172645u;
  g.missing = (int)eq_setting("EQSIM_MISSING", -1);
  g.count = g.ready_count = count;
  g.work = work, g.with = with;
  g.places = (ucontext_t*)calloc((size_t)count, sizeof(ucontext_t));
  g.stacks = (void**)calloc((size_t)count, sizeof(void*));
  g.ready = (int*)calloc((size_t)count, sizeof(int));
  g.said = (int64_t*)calloc((size_t)count, sizeof(int64_t));
  g.warps = (eq_Meeting*)calloc((size_t)(count / EQ_LANES), sizeof(eq_Meeting));
  for (int w = 0; w < count / EQ_LANES; ++w) g.warps[w] = {EQ_LANES, 0, (int*)calloc(EQ_LANES, sizeof(int))};
  g.grid = {count, 0, (int*)calloc((size_t)count, sizeof(int))};
  for (int at = 0; at < count; ++at) {
    getcontext(&g.places[at]);
    g.stacks[at] = malloc(room);
    g.places[at].uc_stack.ss_sp = g.stacks[at];
    g.places[at].uc_stack.ss_size = room;
    g.places[at].uc_link = NULL;
    makecontext(&g.places[at], eq_begin, 0);
    g.ready[at] = at;
  }
  while (g.ready_count) {  // a fiber that has ended is in no list any more
    const int at = g.fuzzy ? (int)(eq_chance() % (uint32_t)g.ready_count) : 0;
    g.current = g.ready[at];
    --g.ready_count;
    if (g.fuzzy) g.ready[at] = g.ready[g.ready_count];
    else
      for (int q = 0; q < g.ready_count; ++q) g.ready[q] = g.ready[q + 1];
    swapcontext(&g.home, &g.places[g.current]);
  }
  bool stuck = g.grid.here != 0;
  for (int w = 0; w < count / EQ_LANES; ++w) stuck = stuck || g.warps[w].here != 0;
  if (stuck) fprintf(stderr, "some threads wait for others that have gone another way\n"), abort();
  for (int w = 0; w < count / EQ_LANES; ++w) free(g.warps[w].waiting);
  for (int at = 0; at < count; ++at) free(g.stacks[at]);
  free(g.grid.waiting), free(g.warps), free(g.said), free(g.ready), free((void*)g.stacks), free(g.places);
}
