// The bytecode machine: runs programs that were not compiled.  It is compiled once, for all programs.
//
// The entrances are those of a compiled network; `crew` is the program that `eqsim_load` has read.
#include "operations.hpp"
#include "domains.hpp"

enum { EQ_DONE, EQ_FULL, EQ_STOPPED, EQ_PAUSED, EQ_NO_MEMORY };

// Reads a code from its beginning to its end.
struct eq_Reader {
  const int64_t* at;
  int64_t next() { return *at++; }
  const int64_t* list(int64_t count) {
    const int64_t* const here = at;
    at += count;
    return here;
  }
};

template <class Thing> static bool eq_room(Thing*& things, int64_t count) {
  things = (Thing*)__builtin_calloc((uint64_t)count + 1, sizeof(Thing));
  return things;
}

extern "C" EQ_EXPORT void eqsim_disband(void* crew) {
  eq_Machine* const m = (eq_Machine*)crew;
  if (!m) return;
  void* const all[] = {m->slot, m->stream, m->place, m->log, m->kernel, m->instruction, m->code, m->memory, m->active, m->steps_at};
  for (void* part : all) __builtin_free(part);
  __builtin_free(m);
}

extern "C" EQ_EXPORT void eqsim_forget(void*) {}

static void eq_read_kernels(eq_Machine& m, eq_Reader& code) {
  const eq_Instruction* s = m.instruction;
  const eq_Stream* stream = m.stream;
  for (eq_Kernel* k = m.kernel; k != m.kernel + m.kernels; ++k) {
    k->shape = code.next(), k->clock = code.next(), k->single = code.next(), k->test = code.next(), k->wide_test = code.next();
    k->i = code.next(), k->j = code.next(), k->k = code.next(), k->r = code.next(), k->p = code.next();
    k->points = code.next();
    k->prelude = s, s += code.next(), k->prelude_end = s;
    k->body = s, s += code.next(), k->body_end = s;
    k->streams = stream, stream += code.next(), k->streams_end = stream;
    const int64_t count = code.next();
    k->at = code.list(count);
  }
}

// Make a program of its code; null if there is no memory.
extern "C" EQ_EXPORT void* eqsim_load(const int64_t* given, int64_t length) {
  eq_Machine* m;
  if (!eq_room(m, 1) || !eq_room(m->code, length)) return eqsim_disband(m), nullptr;
  __builtin_memcpy(m->code, given, (uint64_t)length * 8);
  eq_Reader code = {m->code};
  m->slots = code.next();
  m->clocks = code.next(), m->logs = code.next(), m->kernels = code.next();
  m->streams = code.next(), m->places = code.next();
  const int64_t instructions = code.next(), constants = code.next(), scalars = code.next(), registers = code.next(), tables = code.next();
  const uint64_t stride = EQ_ROOM * 8 + 64, bytes = stride * (uint64_t)registers + 8 * (uint64_t)(scalars + 8);
  bool enough = eq_room(m->slot, m->slots) && eq_room(m->stream, m->streams) && eq_room(m->place, m->places) && eq_room(m->log, m->logs);
  enough = enough && eq_room(m->kernel, m->kernels) && eq_room(m->instruction, instructions) && eq_room(m->active, m->clocks);
  enough = enough && eq_room(m->steps_at, m->clocks) && eq_room(m->memory, (int64_t)bytes + 64);
  if (!enough) return eqsim_disband(m), nullptr;
  m->reals_at = code.next(), m->reals = code.next(), m->ints_at = code.next(), m->ints = code.next();
  char* memory = (char*)(((uint64_t)m->memory + 63) & ~(uint64_t)63);
  // slots: steps of the clocks, numbers (see `eq_bind`), constants, tables, then scalars and registers, by their lists
  for (int64_t c = 0; c < m->clocks; ++c) m->slot[code.next()] = m->steps_at + c;
  for (int64_t q = 0; q < constants; ++q) {
    const int64_t slot = code.next();
    m->slot[slot] = (void*)code.list(1);
  }
  for (int64_t q = 0; q < tables; ++q) {
    const int64_t slot = code.next(), size = code.next();
    m->slot[slot] = (void*)code.list(size);
  }
  for (int64_t q = 0; q < registers; ++q, memory += stride) m->slot[code.next()] = memory;
  for (int64_t q = 0; q < scalars; ++q, memory += 8) m->slot[code.next()] = memory;
  for (int64_t q = 0; q < m->streams; ++q) {
    const int64_t slot = code.next(), array = code.next(), size = code.next(), shift = code.next();
    m->stream[q] = {slot, array, size, shift};
  }
  for (int64_t q = 0; q < m->places; ++q) {
    const int64_t slot = code.next(), array = code.next();
    m->place[q] = {slot, array};
  }
  m->dts = code.list(m->clocks), m->times = code.list(m->clocks);
  for (int64_t q = 0; q < m->logs; ++q) {
    const int64_t cursor = code.next(), per_step = code.next(), capacity = code.next(), points = code.next();
    m->log[q] = {cursor, per_step, capacity, points};
  }
  eq_read_kernels(*m, code);
  for (int64_t q = 0; q < instructions; ++q) {
    eq_Instruction& s = m->instruction[q];
    s.run = eq_operations[code.next()];
    s.d = (int32_t)code.next();
    for (int32_t& a : s.a) a = (int32_t)code.next();
  }
  return m;
}

static void eq_close(eq_Machine& m) {
  for (eq_Kernel* k = m.kernel; k != m.kernel + m.kernels; ++k) {
    __builtin_free(k->flights.all);
    k->flights = {nullptr, 0};
  }
}

// Bind a program to its memory; false if there is no memory for spikes under way.
static bool eq_bind(eq_Machine& m, void* const* arrays, const double* reals, const int64_t* ints, const int64_t* steps) {
  m.arrays = arrays;
  m.depth = m.filled = 0;
  for (int64_t q = 0; q < m.reals; ++q) m.slot[m.reals_at + q] = (void*)(reals + q);
  for (int64_t q = 0; q < m.ints; ++q) m.slot[m.ints_at + q] = (void*)(ints + q);
  for (const eq_Place* p = m.place; p != m.place + m.places; ++p) m.slot[p->slot] = arrays[p->array];
  for (int64_t c = 0; c < m.clocks; ++c) m.steps_at[c] = steps[c];
  bool enough = true;
  for (eq_Kernel* k = m.kernel; k != m.kernel + m.kernels; ++k)
    if (k->shape == EQ_DELAYED) enough = enough && eq_resume(m, *k, steps[k->clock]);
  if (!enough) eq_close(m);
  return enough;
}

static bool eq_full(const eq_Machine& m) {
  for (const eq_Log* log = m.log; log != m.log + m.logs; ++log) {
    const int64_t rows = eq_largest((const int64_t*)m.arrays[log->cursor], log->points < 0 ? 1 : eq_number(m, log->points));
    if (rows + eq_number(m, log->per_step) > eq_number(m, log->capacity)) return true;
  }
  return false;
}

EQ_FN double eq_time(const eq_Machine& m, int64_t clock, int64_t step) {
  if (m.times[clock] >= 0) return ((const double*)m.arrays[m.times[clock]])[step];
  return (double)step * *(const double*)m.slot[m.dts[clock]];
}

// The clocks that tick together are the earliest one and those within a fraction of the smallest step of it.
static bool eq_next(eq_Machine& m, const int64_t* steps, const int64_t* ends) {
  if (m.clocks == 1) return m.active[0] = steps[0] < ends[0];
  double now = 0, smallest = 0;
  bool any = false;
  for (int64_t c = 0; c < m.clocks; ++c) {
    const double dt = *(const double*)m.slot[m.dts[c]];
    if (c == 0 || dt < smallest) smallest = dt;
    if (steps[c] >= ends[c]) continue;
    const double t = eq_time(m, c, steps[c]);
    if (!any || t < now) now = t, any = true;
  }
  for (int64_t c = 0; c < m.clocks; ++c) m.active[c] = steps[c] < ends[c] && eq_time(m, c, steps[c]) - now <= 1e-4 * smallest;
  return any;
}

static int64_t eq_advance(eq_Machine& m, int64_t* steps, const int64_t* ends, const volatile int* stop, int64_t budget) {
  while (eq_next(m, steps, ends)) {
    if (eq_full(m)) return EQ_FULL;
    if (__atomic_load_n(stop, __ATOMIC_RELAXED)) return EQ_STOPPED;
    if (budget-- == 0) return EQ_PAUSED;
    for (eq_Kernel* k = m.kernel; k != m.kernel + m.kernels; ++k)
      if (m.active[k->clock]) eq_visit(m, *k, steps[k->clock]);
    for (int64_t c = 0; c < m.clocks; ++c) m.steps_at[c] = steps[c] += m.active[c];
  }
  return EQ_DONE;
}

// As the function of a compiled network.
extern "C" EQ_EXPORT int64_t eqsim_run(void* const* arrays, const double* reals, const int64_t* ints, int64_t* steps,
                                       const int64_t* ends, const volatile int* stop, int64_t budget, void* crew) {
  eq_Machine& m = *(eq_Machine*)crew;
  if (!eq_bind(m, arrays, reals, ints, steps)) return EQ_NO_MEMORY;
  const int64_t status = eq_advance(m, steps, ends, stop, budget);
  eq_close(m);
  return status;
}

// Run kernels `first` to `last - 1` of one step, those of clocks that tick; no clock is advanced.
extern "C" EQ_EXPORT int64_t eqsim_part(void* const* arrays, const double* reals, const int64_t* ints, int64_t* steps,
                                        const int64_t* active, int64_t first, int64_t last, void* crew) {
  eq_Machine& m = *(eq_Machine*)crew;
  if (!eq_bind(m, arrays, reals, ints, steps)) return EQ_NO_MEMORY;
  for (int64_t q = first; q < last; ++q)
    if (active[m.kernel[q].clock]) eq_visit(m, m.kernel[q], steps[m.kernel[q].clock]);
  eq_close(m);
  return EQ_DONE;
}
