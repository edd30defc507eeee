// What the library knows of a compiled network: the names of its memory in the order of its tables, and its functions.
#pragma once
#include <stdint.h>

struct NamedArray {
  const char* name;
  const char* type;  // as in .npy files, e.g. "<f8"
  bool written;      // by a kernel
};

// Columns that grow by rows; a step appends at most `rows` (a number by name) or `fixed` rows.
struct GrowingLog {
  const char* cursor;
  const char* capacity;
  const char* rows;
  int64_t fixed;
  const char* const* columns;
  int column_count;
};

// Synapses that wait for their spikes: a ring of lists, one for each of the next `history` steps, and one for later ones.
struct WaitingSynapses {
  const char* waiting;
  const char* counts;
  const char* due;
  const char* longest;   // the largest count so far, and how far a step can exceed it
  const char* farthest;  // one more than the largest delay so far
  const char* history;
  const char* width;
  const char* step_width;
  int clock;
};

// For a network whose memory while it runs is not that of the host, but that of a GPU.
struct Elsewhere {
  bool (*attach)(void* const* arrays, const int64_t* bytes, const double* reals, const int64_t* ints);  // copy all of it there
  bool (*fetch)(void* const* arrays);   // copy back what kernels have changed
  void (*forget)(void* const* arrays);  // give the memory there back
  const char* (*complaint)();           // why one of them failed
};

struct Network {
  const NamedArray* arrays;
  int array_count;
  const char* const* reals;  // those that follow from others come last
  int real_count, derived_count;
  const char* const* ints;
  int int_count;
  const char* const* clocks;
  int clock_count;
  const GrowingLog* logs;
  int log_count;
  const WaitingSynapses* queues;
  int queue_count;
  void (*derive)(double* reals, const int64_t* ints);
  int64_t (*run)(void* const* arrays, const double* reals, const int64_t* ints, int64_t* steps, const int64_t* ends,
                 const volatile int* stop, int64_t budget, void* crew);
  int64_t (*part)(void* const* arrays, const double* reals, const int64_t* ints, int64_t* steps, const int64_t* active,
                  int64_t first, int64_t last, void* crew);
  // Threads that work on a run; `always`: also where one is faster.  NULL if it runs elsewhere.
  void* (*crew)(int64_t threads, int64_t always);
  void (*forget)(void* crew);  // arrays of synapses have changed
  void (*disband)(void* crew);
  const Elsewhere* elsewhere;  // NULL: its memory is that of the host
};

enum { RUN_DONE, RUN_FULL, RUN_STOPPED, RUN_PAUSED, RUN_NO_MEMORY, RUN_NO_DEVICE };

extern const Network* const networks[];
extern const int network_count;
