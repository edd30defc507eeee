// Memory of the device, launches on it, and tables that are made on the host: for CUDA, and for its emulation on a CPU, where
// the device's memory is a copy, too, so that a missing copy shows.
#pragma once
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <algorithm>

#include "grid.hpp"

struct eq_Shape {
  int64_t blocks, threads;
};

static char eq_problem[512];  // what went wrong, in words

static inline int64_t eq_wish(const char* name, int64_t otherwise) {
  const char* text = getenv(name);
  return text && *text ? strtoll(text, NULL, 10) : otherwise;
}

#if defined(__CUDACC__)
static inline bool eq_fine(cudaError_t status, const char* what) {
  if (status == cudaSuccess) return true;
  snprintf(eq_problem, sizeof eq_problem, "the GPU: %s: %s", what, cudaGetErrorString(status));
  return false;
}
static inline bool eq_find_device(int64_t wanted) {
  int count = 0;
  if (cudaGetDeviceCount(&count) == cudaSuccess && wanted >= 0 && wanted < count)
    return eq_fine(cudaSetDevice((int)wanted), "choice of it");
  if (count > 0) snprintf(eq_problem, sizeof eq_problem, "there is no GPU %lld; %d were found", (long long)wanted, count);
  else snprintf(eq_problem, sizeof eq_problem, "no GPU was found; 'make serial' and 'make emulated' make programs that need none");
  return false;
}
static inline bool eq_take(void** place, int64_t bytes) {
  return eq_fine(cudaMalloc(place, (size_t)bytes + 8), "memory") && eq_fine(cudaMemset(*place, 0, (size_t)bytes + 8), "memory");
}
static inline void eq_give(void* place) { (void)cudaFree(place); }
static inline bool eq_upload(void* device, const void* host, int64_t bytes) {
  return eq_fine(cudaMemcpy(device, host, (size_t)bytes, cudaMemcpyHostToDevice), "copy to it");
}
static inline bool eq_download(void* host, const void* device, int64_t bytes) {
  return eq_fine(cudaMemcpy(host, device, (size_t)bytes, cudaMemcpyDeviceToHost), "copy from it");
}
#else
static inline bool eq_find_device(int64_t) { return true; }
static inline bool eq_take(void** place, int64_t bytes) {
  *place = calloc(1, (size_t)bytes + !bytes);
  if (!*place) snprintf(eq_problem, sizeof eq_problem, "there is no memory for another %lld bytes", (long long)bytes);
  return *place;
}
static inline void eq_give(void* place) { free(place); }
static inline bool eq_upload(void* device, const void* host, int64_t bytes) {
  return memcpy(device, host, (size_t)bytes), true;
}
static inline bool eq_download(void* host, const void* device, int64_t bytes) {
  return memcpy(host, device, (size_t)bytes), true;
}
#endif

// What has been taken on the device, to be given back all at once.
struct eq_Memory {
  void** places;
  int count;
  bool failed;

  bool good() const { return !failed; }
  void* room(int64_t bytes) {
    void* place = NULL;
    void** more = (void**)realloc((void*)places, sizeof(void*) * (size_t)(count + 1));
    failed = failed || !more || !eq_take(&place, bytes);
    if (more) places = more;
    if (place) places[count++] = place;
    return place;
  }
  void* copy(const void* host, int64_t bytes) {
    void* place = room(bytes);
    failed = failed || (bytes && !eq_upload(place, host, bytes));
    return place;
  }
  void clear() {
    for (int at = 0; at < count; ++at) eq_give(places[at]);
    free((void*)places);
    places = NULL, count = 0, failed = false;
  }
};

// Synapses by neuron, in order of number: those of neuron j are order[rows[j] ... rows[j + 1] - 1].
template <class Neuron>
static void eq_group(eq_Memory& memory, int64_t size, const Neuron& neuron, int64_t& reach, int64_t*& rows, int32_t*& order) {
  reach = 0;
  for (int64_t k = 0; k < size; ++k) reach = std::max(reach, neuron(k) + 1);
  int64_t* first = (int64_t*)calloc((size_t)reach + 2, 8);
  int32_t* sorted = (int32_t*)malloc(4 * (size_t)size + 4);
  if (!first || !sorted) {
    snprintf(eq_problem, sizeof eq_problem, "there is no memory to sort %lld synapses", (long long)size);
    memory.failed = true;
  } else {
    for (int64_t k = 0; k < size; ++k) ++first[neuron(k) + 2];
    for (int64_t j = 1; j <= reach; ++j) first[j + 1] += first[j];
    for (int64_t k = 0; k < size; ++k) sorted[first[neuron(k) + 1]++] = (int32_t)k;
    rows = (int64_t*)memory.copy(first, 8 * (reach + 1));
    order = (int32_t*)memory.copy(sorted, 4 * size);
  }
  free(first), free(sorted);
}

// The places of each row, and of each delay in it, sorted by neuron; equal ones keep their order.  NULL: they are sorted.
template <class Neuron, class Delay>
static void eq_sort_rows(eq_Memory& memory, const int64_t* rows, int64_t size, const Neuron& neuron, const Delay& delay,
                         int64_t& reach, int32_t*& order) {
  const int64_t count = rows[size];
  bool sorted = true;
  reach = 0, order = NULL;
  for (int64_t row = 0; row < size; ++row)
    for (int64_t at = rows[row]; at < rows[row + 1]; ++at) {
      reach = std::max(reach, neuron(at) + 1);
      if (at > rows[row] && delay(at - 1) == delay(at) && neuron(at - 1) > neuron(at)) sorted = false;
    }
  if (sorted) return;
  int32_t* places = (int32_t*)malloc(4 * (size_t)count);
  if (!places) {
    snprintf(eq_problem, sizeof eq_problem, "there is no memory to sort %lld synapses", (long long)count);
    memory.failed = true;
    return;
  }
  for (int64_t at = 0; at < count; ++at) places[at] = (int32_t)at;
  for (int64_t row = 0; row < size; ++row)
    std::stable_sort(places + rows[row], places + rows[row + 1], [&](int32_t a, int32_t b) {
      return delay(a) != delay(b) ? delay(a) < delay(b) : neuron(a) < neuron(b);
    });
  order = (int32_t*)memory.copy(places, 4 * count);
  free(places);
}
