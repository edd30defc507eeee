// A team of threads that work on the same steps.  They meet: the others wait while the first one does what it does alone.
//
//   first     ... share ... eq_meet (waits for all) ... alone ... eq_go_on (lets all go on) ... share ...
//   others    ... share ... eq_meet (waits for the first) ................................. ... share ...
//
// Who waits looks for a while (EQ_LOOKS) whether it may go on, and then sleeps, so that a busy machine is not kept busier.
#pragma once
#include "eqsim.hpp"

#define EQ_MOST_THREADS 64
#define EQ_COLD __attribute__((cold))  // done now and then: short code is enough
#ifndef EQ_GRAIN
#define EQ_GRAIN 64  // elements that are never dealt out to different threads: they may share a line of the cache
#endif

// The first of the elements that a part gets; the last ones of `part` end where those of `part + 1` begin.
EQ_FN int64_t eq_begin(int64_t size, int64_t part, int64_t parts) {
  if (part <= 0) return 0;
  if (part >= parts) return size;
  const int64_t begin = (size * part / parts + EQ_GRAIN - 1) / EQ_GRAIN * EQ_GRAIN;
  return begin < size ? begin : size;
}

// Events that the parts have found: how many each, and where those of all parts but the first one are.
struct eq_Found {
  int64_t counts[EQ_MOST_THREADS];
  int32_t* rest;
};

// Which part of a kernel: one of several, or all of it.
struct eq_Part {
  int64_t me, parts;
};
struct eq_Whole {
  static constexpr int64_t me = 0, parts = 1;
  operator eq_Part() const { return {me, parts}; }
};

// A thread that is alone.
struct eq_Alone {
  static constexpr int size = 1;
};
EQ_FN bool eq_meet(eq_Alone&, int) { return true; }
EQ_FN void eq_go_on(eq_Alone&) {}
EQ_FN eq_Whole eq_part(const eq_Alone&, int) { return {}; }

#ifndef EQ_THREADS
EQ_FN bool eq_late(double) { return false; }
#else
#include <pthread.h>
#include <time.h>
#if defined(__linux__)
#include <sched.h>
#endif

#define EQ_STACK (8 << 20)  // bytes; some systems give threads far less
#define EQ_LOOKS 2000  // about 10 to 100 us

struct eq_Team {
  int size = 1;  // at least 2 while there are others
  int going = 1;  // 0: the others go home
  alignas(64) uint32_t come = 0;     // how many of the others have come to the meeting
  alignas(64) uint32_t meetings = 0;  // so many have ended
  alignas(64) int sleeping = 0;
  pthread_mutex_t lock;
  pthread_cond_t changed;
};

EQ_FN eq_Part eq_part(const eq_Team& team, int me) { return {me, team.size}; }

EQ_FN void eq_pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// Wait until *word is (or is not) a value.
static void eq_wait(eq_Team& team, const uint32_t* word, uint32_t value, bool is) {
  for (int look = 0; look < EQ_LOOKS; ++look) {
    if ((__atomic_load_n(word, __ATOMIC_ACQUIRE) == value) == is) return;
    eq_pause();
  }
  pthread_mutex_lock(&team.lock);
  __atomic_fetch_add(&team.sleeping, 1, __ATOMIC_SEQ_CST);  // before the last look: who changes the word sees it
  while ((__atomic_load_n(word, __ATOMIC_SEQ_CST) == value) != is) pthread_cond_wait(&team.changed, &team.lock);
  __atomic_fetch_sub(&team.sleeping, 1, __ATOMIC_SEQ_CST);
  pthread_mutex_unlock(&team.lock);
}

// Change a word, and wake those who sleep.
EQ_FN void eq_change(eq_Team& team, uint32_t* word) {
  __atomic_fetch_add(word, 1, __ATOMIC_SEQ_CST);
  if (__atomic_load_n(&team.sleeping, __ATOMIC_SEQ_CST) == 0) return;
  pthread_mutex_lock(&team.lock);
  pthread_cond_broadcast(&team.changed);
  pthread_mutex_unlock(&team.lock);
}

// Let the others go on, after a meeting or at the beginning.
EQ_FN void eq_go_on(eq_Team& team) {
  eq_change(team, &team.meetings);
}

// True for the first thread, when all have come; false for the others, when it lets them go on.
EQ_FN bool eq_meet(eq_Team& team, int me) {
  if (me == 0) {
    eq_wait(team, &team.come, (uint32_t)team.size - 1, true);
    __atomic_store_n(&team.come, 0, __ATOMIC_RELAXED);
    return true;
  }
  const uint32_t ended = __atomic_load_n(&team.meetings, __ATOMIC_RELAXED);
  eq_change(team, &team.come);
  eq_wait(team, &team.meetings, ended, false);
  return false;
}

// What one of the others does until it may go home.
struct eq_Member {
  eq_Team* team;
  void (*follow)(void* job, int me);
  void* job;
  int me;
  pthread_t thread;
};

static void* eq_begin_work(void* member) {
  const eq_Member& mine = *(eq_Member*)member;
  eq_wait(*mine.team, &mine.team->meetings, 0, false);
  if (mine.team->going) mine.follow(mine.job, mine.me);
  return nullptr;
}

// Send the first `count` of the others home.
EQ_COLD static void eq_dismiss(eq_Team& team, eq_Member* others, int count) {
  team.going = 0;
  eq_go_on(team);
  for (int q = 0; q < count; ++q) pthread_join(others[q].thread, nullptr);
  pthread_cond_destroy(&team.changed);
  pthread_mutex_destroy(&team.lock);
}

// Begin the other threads on other cores than this one: left to itself, a system may keep those who wait for each other on one.
EQ_COLD static void eq_spread([[maybe_unused]] pthread_attr_t& where, [[maybe_unused]] int other) {
#if defined(__linux__)
  cpu_set_t allowed, one;
  const int here = sched_getcpu();
  if (here < 0 || sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  for (int step = 1, left = other + 1; step < CPU_SETSIZE; ++step) {
    const int core = (here + step) % CPU_SETSIZE;
    if (!CPU_ISSET(core, &allowed) || --left > 0) continue;
    CPU_ZERO(&one);
    CPU_SET(core, &one);
    pthread_attr_setaffinity_np(&where, sizeof one, &one);
    return;
  }
#endif
}

// Gather a team; each of the others follows as soon as the first one goes on.  False if the machine has not so many threads.
EQ_COLD static bool eq_gather(eq_Team& team, eq_Member* others, int size, void (*follow)(void*, int), void* job) {
  team.size = size;
  pthread_mutex_init(&team.lock, nullptr);
  pthread_cond_init(&team.changed, nullptr);
  pthread_attr_t roomy;
  pthread_attr_init(&roomy);
  pthread_attr_setstacksize(&roomy, EQ_STACK);
  int here = 0;
  for (; here < size - 1; ++here) {
    others[here] = {&team, follow, job, here + 1, pthread_t()};
    eq_spread(roomy, here);
    if (pthread_create(&others[here].thread, &roomy, eq_begin_work, &others[here]) != 0) break;
  }
  pthread_attr_destroy(&roomy);
  if (here < size - 1) eq_dismiss(team, others, here);
  return here == size - 1;
}

EQ_COLD static double eq_seconds(clockid_t clock = CLOCK_MONOTONIC) {
  timespec now;
  clock_gettime(clock, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

// Is it later than `until`?  Never, if that is 0.
EQ_FN bool eq_late(double until) { return until > 0 && eq_seconds() > until; }
#endif
