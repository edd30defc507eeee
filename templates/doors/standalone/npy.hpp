// Arrays in files of the NumPy format (.npy), one dimension, little endian.
#pragma once
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct Array {
  char type[4];   // "<f8", "<f4", "<i8", "<i4", "<u2", "<u8", "|u1" or "|b1"
  int64_t count;  // elements there is memory for
  void* data;
};

static inline int64_t item_size(const char* type) { return type[2] - '0'; }

static inline double item_get(const Array* a, int64_t at) {
  switch (a->type[1] * 16 + a->type[2] - '0') {
    case 'f' * 16 + 8: return ((const double*)a->data)[at];
    case 'f' * 16 + 4: return (double)((const float*)a->data)[at];
    case 'i' * 16 + 8: return (double)((const int64_t*)a->data)[at];
    case 'i' * 16 + 4: return (double)((const int32_t*)a->data)[at];
    case 'u' * 16 + 8: return (double)((const uint64_t*)a->data)[at];
    case 'u' * 16 + 2: return (double)((const uint16_t*)a->data)[at];
    case 'u' * 16 + 1: return (double)((const uint8_t*)a->data)[at];
    default: return (double)(((const uint8_t*)a->data)[at] != 0);
  }
}

static inline void item_set(Array* a, int64_t at, double value) {
  switch (a->type[1] * 16 + a->type[2] - '0') {
    case 'f' * 16 + 8: ((double*)a->data)[at] = value; break;
    case 'f' * 16 + 4: ((float*)a->data)[at] = (float)value; break;
    case 'i' * 16 + 8: ((int64_t*)a->data)[at] = (int64_t)value; break;
    case 'i' * 16 + 4: ((int32_t*)a->data)[at] = (int32_t)value; break;
    case 'u' * 16 + 8: ((uint64_t*)a->data)[at] = (uint64_t)value; break;
    case 'u' * 16 + 2: ((uint16_t*)a->data)[at] = (uint16_t)value; break;
    case 'u' * 16 + 1: ((uint8_t*)a->data)[at] = (uint8_t)value; break;
    default: ((uint8_t*)a->data)[at] = value != 0;
  }
}

// The text between `start` and the next `end` in a header; false if there is none.
static inline bool npy_field(const char* header, const char* start, char end, char* out, size_t room) {
  const char* from = strstr(header, start);
  if (!from) return false;
  from += strlen(start);
  const char* to = strchr(from, end);
  if (!to || (size_t)(to - from) >= room) return false;
  memcpy(out, from, (size_t)(to - from));
  out[to - from] = 0;
  return true;
}

// Read a file; false if it is missing, damaged, or not of one dimension.  The memory belongs to the caller.
static inline bool npy_read(const char* path, Array* a) {
  FILE* file = fopen(path, "rb");
  if (!file) return false;
  unsigned char head[10];
  char header[1024], type[8], order[16], shape[64];
  bool good = fread(head, 1, 10, file) == 10 && memcmp(head, "\x93NUMPY\x01", 7) == 0;
  const size_t length = good ? head[8] + 256u * head[9] : 0;
  good = good && length < sizeof header && fread(header, 1, length, file) == length;
  header[good ? length : 0] = 0;
  good = good && npy_field(header, "'descr': '", '\'', type, sizeof type) && strlen(type) == 3 &&
         npy_field(header, "'fortran_order': ", ',', order, sizeof order) &&
         npy_field(header, "'shape': (", ')', shape, sizeof shape) && item_size(type) >= 1 && item_size(type) <= 8;
  char* rest = shape;
  a->data = NULL;
  a->count = good ? strtoll(shape, &rest, 10) : -1;
  good = good && a->count >= 0 && rest != shape && (strcmp(rest, ",") == 0 || strcmp(rest, "") == 0);
  if (good) {
    memcpy(a->type, type, 4);
    const size_t bytes = (size_t)(a->count * item_size(type));
    a->data = aligned_alloc(64, (bytes + 127) / 64 * 64);  // vectors lie in one line of the cache each
    good = a->data && fread(a->data, 1, bytes, file) == bytes;
  }
  fclose(file);
  if (!good) free(a->data), a->data = NULL;
  return good;
}

// Write the first `count` elements; false if the disk does not take them.
static inline bool npy_write(const char* path, const Array* a, int64_t count) {
  FILE* file = fopen(path, "wb");
  if (!file) return false;
  char header[128];
  const int text = snprintf(header, sizeof header, "{'descr': '%s', 'fortran_order': False, 'shape': (%lld,), }", a->type,
                            (long long)count);
  const int padded = (10 + text + 1 + 63) / 64 * 64 - 10;
  memset(header + text, ' ', (size_t)(padded - text));
  header[padded - 1] = '\n';
  const unsigned char head[10] = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (unsigned char)padded, 0};
  const size_t bytes = (size_t)(count * item_size(a->type));
  bool good = fwrite(head, 1, 10, file) == 10 && fwrite(header, 1, (size_t)padded, file) == (size_t)padded;
  good = good && fwrite(a->data, 1, bytes, file) == bytes;
  return fclose(file) == 0 && good;
}
