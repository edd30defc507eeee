// The bytecode machine: what instructions work on.
//
// Elements are visited in blocks.  A value of a block is a register: EQ_ROOM entries of 64 bits.  All that instructions name
// are slots, pointers to 64-bit values:
//
//   constants, numbers of the program, values that all elements share     one value
//   registers                                                           an entry for each element of the block
//   streams                                                             memory of an array, from the block's first element on
#pragma once
#include "loops.hpp"

#define EQ_ROOM 768  // elements of a block

struct eq_Machine;
struct eq_Instruction;
typedef const eq_Instruction* (*eq_Operation)(eq_Machine&, const eq_Instruction*);

// `d` is where the result goes; `a` are the operands.
struct eq_Instruction {
  eq_Operation run;
  int32_t d, a[6];
};

// A slot that follows the blocks along an array: from its element `first` of the block on, and so many places further.
struct eq_Stream {
  int64_t slot, array, size, shift;
};

// A shared array whose value is used in place.
struct eq_Place {
  int64_t slot, array;
};

struct eq_Kernel {
  int64_t shape, clock, single, test, wide_test;
  int64_t i, j, k, r, p;  // registers of the indices that the body uses, or -1; `p` is the point of a batch
  int64_t points;  // slot of the number of points, or -1
  const int64_t* at;  // what the shape needs
  const eq_Instruction *prelude, *prelude_end, *body, *body_end;
  const eq_Stream *streams, *streams_end;
  EqFlights flights;
  int64_t resumed;
};

struct eq_Log {
  int64_t cursor, per_step, capacity, points;  // points: slot of their number if each has a cursor, or -1
};

struct eq_Machine {
  void** slot;
  void* const* arrays;
  int64_t count, begin;  // elements of the block; the first of them
  int64_t counts[16], depth;  // ... of the blocks around it
  int64_t filled;

  int64_t slots, streams, places, clocks, logs, kernels;
  int64_t reals_at, reals, ints_at, ints;
  int64_t* steps_at;  // the step of each clock: what `n` is
  const int64_t *dts, *times;
  eq_Stream* stream;
  eq_Place* place;
  eq_Log* log;
  eq_Kernel* kernel;
  eq_Instruction* instruction;
  int64_t* code;
  char* memory;
  bool* active;
};

EQ_FN int64_t eq_number(const eq_Machine& m, int64_t slot) { return *(const int64_t*)m.slot[slot]; }

static inline void eq_execute(eq_Machine& m, const eq_Instruction* s, const eq_Instruction* end) {
  while (s != end) s = s->run(m, s);
}
