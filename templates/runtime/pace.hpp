// One thread, or all?  Bits do not tell the difference, so it is measured: some steps on one, some on all, again and again.
#pragma once
#include "team.hpp"

#ifdef EQ_THREADS

#define EQ_WORTH 4e-6    // seconds of work in a step below which meetings cost more than threads can save
#define EQ_TRIAL 2e-3    // seconds of one trial
#define EQ_TRIALS 6      // one, all, one, all ...
#define EQ_REST 0.25     // seconds between trials; longer, while the result is clear
#define EQ_LONGEST 4.0
#define EQ_DEALING 5e-8  // seconds that must have been worked for each synapse before synapses are dealt out: 5 times the price

struct eq_Pace {
  int threads, now;     // at most, and in the present lap
  bool always;          // all threads, also where one is faster
  int trial;            // -1: on one thread until it is clear that more may be worth it; EQ_TRIALS: settled
  bool all;             // what it has settled on
  double step_s;        // seconds of a step on one thread, when it was last measured; 0 before
  double work_s;        // and of the processor alone: more of the former than of this means that the machine is busy
  double one_s, all_s;  // seconds of a step in the best of these trials
  double worked, rest, settled_until;
  double until;         // when the present lap ends at the latest; 0: no limit
};

static void eq_set_pace(eq_Pace& pace, int threads, bool always) {
  pace = {threads, threads, always, -1, false, 0, 0, 1e300, 1e300, 0, EQ_REST, 0, 0};
}

// There are no threads to be had.
static void eq_give_up(eq_Pace& pace) { eq_set_pace(pace, 1, true); }

static void eq_try(eq_Pace& pace) {
  pace.trial = 0;
  pace.one_s = pace.all_s = 1e300;
}

// How the next lap runs, and for how many steps at most; `synapses` will be dealt out before all threads work.
EQ_COLD static int64_t eq_plan(eq_Pace& pace, int64_t budget, int64_t synapses) {
  pace.until = 0;
  if (pace.always) return budget;
  const bool worth = pace.work_s > EQ_WORTH;
  if (worth && pace.trial == -1 && pace.worked > EQ_TRIAL + EQ_DEALING * (double)synapses) eq_try(pace);
  if (worth && pace.trial == EQ_TRIALS && pace.worked >= pace.settled_until) eq_try(pace);
  const bool trying = pace.trial >= 0 && pace.trial < EQ_TRIALS;
  pace.now = (trying ? pace.trial % 2 == 1 : pace.all) ? pace.threads : 1;
  const double step_s = pace.now > 1 && !trying ? pace.all_s : pace.step_s;
  const double seconds = trying || (pace.trial == -1 && worth) ? EQ_TRIAL : EQ_REST / 4;
  if (pace.now > 1) pace.until = eq_seconds() + 1.25 * seconds;
  const double steps = step_s > 0 ? seconds / step_s : 16;
  return steps >= (double)budget ? budget : steps < 1 ? 1 : (int64_t)steps;
}

// A lap of so many steps took so many seconds; `work` of them the processor has worked on the first thread.
EQ_COLD static void eq_note(eq_Pace& pace, int64_t steps, double seconds, double work) {
  pace.worked += seconds;
  if (pace.always) return;
  const double step_s = steps ? seconds / (double)steps : 1e300;
  if (pace.now == 1 && steps) pace.step_s = step_s, pace.work_s = work / (double)steps;
  if (pace.trial == EQ_TRIALS && pace.all && step_s > 1.25 * pace.all_s) eq_try(pace);
  if (pace.trial == -1 || pace.trial == EQ_TRIALS) return;
  double& best = pace.now > 1 ? pace.all_s : pace.one_s;
  if (step_s < best) best = step_s;
  if (++pace.trial < EQ_TRIALS) return;
  const bool all = pace.all_s < 0.95 * pace.one_s;
  pace.rest = all == pace.all && pace.rest < EQ_LONGEST ? 2 * pace.rest : EQ_REST;
  pace.all = all;
  pace.settled_until = pace.worked + pace.rest;
}
#endif
