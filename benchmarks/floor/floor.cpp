// What the machine can do: the networks CUBA, COBA and COBAHH of Brette et al. (2007), written by hand for one core.
//
//   floor cuba|coba|cobahh|wide SECONDS     prints CPU seconds per biological second, and the mean rate in Hz
//
// 4000 neurons, 2 % connectivity, no delays, dt 0.1 ms; wide is CUBA with 100000 neurons, 100 synapses each, 1.5 ms.  State update, threshold and reset are one loop over stretches of
// 1024 neurons; the exponential is a polynomial with fused multiply-add.  Units: mV, ms, nS, pF.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <vector>

#define EACH _Pragma("GCC ivdep") for
#define LOOP static inline __attribute__((always_inline)) void

static const int block = 1024;
static int cells = 4000, excitatory = 3200;
static const double dt = 0.1;

static uint64_t random_state = 88172645463325252ull;
static double uniform() {  // xorshift64* (Marsaglia 2003, Vigna 2016)
  random_state ^= random_state >> 12, random_state ^= random_state << 25, random_state ^= random_state >> 27;
  return (random_state * 2685821657736338717ull >> 11) * 0x1p-53;
}
static double normal() { return sqrt(-2 * log(1 - uniform())) * cos(6.283185307179586 * uniform()); }

// e**x and e**x - 1 without branches, |error| < 2 ulp for -708 < x < 709
template <bool minus_one> static inline __attribute__((always_inline)) double power_of_e(double x) {
  x = x > 709.0 ? 709.0 : x;
  x = x < -708.0 ? -708.0 : x;
  const double shifted = __builtin_fma(x, 1.4426950408889634, 0x1.8p52), k = shifted - 0x1.8p52;
  double r = __builtin_fma(-k, 6.93147180369123816490e-01, x);
  r = __builtin_fma(-k, 1.90821492927058770002e-10, r);
  double y = 1.0 / 6227020800;
  const double c[] = {1. / 479001600, 1. / 39916800, 1. / 3628800, 1. / 362880, 1. / 40320, 1. / 5040,
                      1. / 720,       1. / 120,      1. / 24,      1. / 6,      0.5};
#pragma GCC unroll 11
  for (int i = 0; i < 11; ++i) y = __builtin_fma(y, r, c[i]);
  const double p = __builtin_fma(y, r * r, r);
  int64_t bits;
  memcpy(&bits, &shifted, 8);
  bits = (int64_t)((uint64_t)(bits + 1023) << 52);
  double s;
  memcpy(&s, &bits, 8);
  return minus_one ? __builtin_fma(s, p, s - 1.0) : __builtin_fma(s, p, s);
}
static inline double e(double x) { return power_of_e<false>(x); }
static inline double e1(double x) { return power_of_e<true>(x); }

struct Cells {
  double *v, *ge, *gi, *m, *n, *h, *until;
  int64_t* spiked;
};

LOOP cuba(const Cells& s, int first, int last, double step) {
  const double fe = exp(-dt / 5), fi = exp(-dt / 10), fm = exp(-dt / 20), rest = -49 * (1 - fm);
  const double ce = (fm - fe) * 5 / (20 - 5), ci = (fm - fi) * 10 / (20 - 10);
  EACH(int i = first; i < last; ++i) {
    const double v = s.v[i] * fm + rest + s.ge[i] * ce + s.gi[i] * ci, until = s.until[i];
    const double now = step >= until ? v : s.v[i], limit = step >= until ? -50 : 1e30;
    s.ge[i] *= fe, s.gi[i] *= fi;
    s.v[i] = now > limit ? -60 : now, s.until[i] = now > limit ? step + 50 : until, s.spiked[i] = now > limit;
  }
}

LOOP coba(const Cells& s, int first, int last, double step) {
  const double fe = exp(-dt / 5), fi = exp(-dt / 10);
  EACH(int i = first; i < last; ++i) {
    const double g = 1 + s.ge[i] + s.gi[i], v_inf = (-60 - 80 * s.gi[i]) / g, until = s.until[i];
    const double v = v_inf + (s.v[i] - v_inf) * e(-g * (dt / 20));
    const double now = step >= until ? v : s.v[i], limit = step >= until ? -50 : 1e30;
    s.ge[i] *= fe, s.gi[i] *= fi;
    s.v[i] = now > limit ? -60 : now, s.until[i] = now > limit ? step + 50 : until, s.spiked[i] = now > limit;
  }
}

LOOP cobahh(const Cells& s, int first, int last, double step) {
  const double fe = exp(-dt / 5), fi = exp(-dt / 10);
  EACH(int i = first; i < last; ++i) {
    const double m = s.m[i], n = s.n[i], h = s.h[i], v = s.v[i], u = v + 63;
    const double x1 = (13 - u) * 0.25, x2 = (u - 40) * 0.2, x3 = (15 - u) * 0.2;
    const double am = 1.28 * (fabs(x1) < 1e-9 ? 1 : x1 / e1(x1)), bm = 1.4 * (fabs(x2) < 1e-9 ? 1 : x2 / e1(x2));
    const double an = 0.16 * (fabs(x3) < 1e-9 ? 1 : x3 / e1(x3)), bn = 0.5 * e((10 - u) * 0.025);
    const double ah = 0.128 * e((17 - u) * (1. / 18)), bh = 4 / (1 + e((40 - u) * 0.2));
    const double na = 20000 * (m * m * m * h), k = 6000 * (n * n) * (n * n), g = 10 + s.ge[i] + s.gi[i] + na + k;
    const double v_inf = (10 * -60. - 80 * s.gi[i] + na * 50 - k * 90) / g;
    const double now = v_inf + (v - v_inf) * e(-g * (dt / 200)), until = s.until[i];
    const double m_inf = am / (am + bm), n_inf = an / (an + bn), h_inf = ah / (ah + bh);
    s.m[i] = m_inf + (m - m_inf) * e(-(am + bm) * dt), s.n[i] = n_inf + (n - n_inf) * e(-(an + bn) * dt);
    s.h[i] = h_inf + (h - h_inf) * e(-(ah + bh) * dt), s.ge[i] *= fe, s.gi[i] *= fi, s.v[i] = now;
    const double limit = step >= until ? -20 : 1e30;
    s.until[i] = now > limit ? step + 30 : until, s.spiked[i] = now > limit;
  }
}

static double cpu() {
  timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

template <class T> static T* zeros() {
  const size_t bytes = 8 * ((cells + block - 1) / block * block);
  return (T*)memset(aligned_alloc(64, bytes), 0, bytes);
}

int main(int count, char** words) {
  if (count < 3) return 2;
  const int model = !strcmp(words[1], "cuba") || !strcmp(words[1], "wide") ? 0 : !strcmp(words[1], "coba") ? 1 : 2;
  const int steps = (int)(atof(words[2]) * 1e4 + 0.5);
  const bool wide = !strcmp(words[1], "wide");
  const double partners = wide ? 100 : 80;
  const int delay = wide ? 15 : 0, slots = delay + 1;
  if (wide) cells = 100000, excitatory = 80000;
  Cells s = {zeros<double>(), zeros<double>(), zeros<double>(), zeros<double>(),
             zeros<double>(), zeros<double>(), zeros<double>(), zeros<int64_t>()};
  for (int i = 0; i < cells; ++i) {
    s.v[i] = model ? -65 + 5 * normal() : -60 + 10 * uniform();
    const double scale = model == 0 ? 0 : model == 1 ? 1 : 10;
    s.ge[i] = (4 + 1.5 * normal()) * scale, s.gi[i] = (20 + 12 * normal()) * scale;
  }
  const double we[] = {1.62, 0.6, 6}, wi[] = {-9, 6.7, 67};
  std::vector<int32_t> target;
  std::vector<int64_t> row(1, 0);
  const double gap = 1 / log1p(-partners / cells);  // from one target to the next: geometric
  for (int i = 0; i < cells; ++i) {
    for (double j = floor(log(1 - uniform()) * gap); j < cells; j += 1 + floor(log(1 - uniform()) * gap))
      target.push_back((int32_t)j);
    row.push_back((int64_t)target.size());
  }
  std::vector<std::vector<int32_t>> ring(slots, std::vector<int32_t>(cells));
  std::vector<int> counts(slots);
  int64_t spikes = 0;
  const double began = cpu();
  for (int step = 0; step < steps; ++step) {
    int found = 0;
    int32_t* const events = ring[step % slots].data();
    for (int first = 0; first < cells; first += block) {
      const int last = first + block < cells ? first + block : cells;
      model == 0 ? cuba(s, first, last, step) : model == 1 ? coba(s, first, last, step) : cobahh(s, first, last, step);
      for (int i = first; i < last; i += 32) {
        int64_t any = 0;
        for (int q = 0; q < 32; ++q) any |= s.spiked[i + q];
        if (any)
          for (int q = i; q < i + 32 && q < last; ++q)
            if (s.spiked[q]) events[found++] = q;
      }
    }
    counts[step % slots] = found;
    const int32_t* const due = ring[(step + 1) % slots].data();
    for (int at = 0; at < counts[(step + 1) % slots]; ++at) {
      const int i = due[at];
      double* g = i < excitatory ? s.ge : s.gi;
      const double w = (i < excitatory ? we[model] : wi[model]) * (80 / partners);
      for (int64_t k = row[i]; k < row[i + 1]; ++k) g[target[k]] += w;
    }
    spikes += found;
  }
  printf("%.6f %.3f\n", (cpu() - began) / (steps * 1e-4), spikes / (cells * steps * 1e-4));
}
