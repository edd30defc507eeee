// The model: its memory by name, the plan of what happens to it, and the functions of model.h.
#include "model.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "network.hpp"
#include "npy.hpp"

namespace {

volatile int stopping = 0;

struct Value {
  char* name;
  char kind;  // 'a' array, 'r' real number, 'i' int number
  bool written;  // may kernels or the user have changed it?
  Array array;  // of one element for a number
};

struct Name {
  char* name;
};

enum Kind { CHANGE, RUN, ONCE };

// One line of plan.txt: read changed values, run a network, or run its kernels once (a statement between two runs).
struct Action {
  Kind kind;
  int number;    // of the network
  char* folder;  // of the changes
  int64_t first;  // step of the first clock at which it began
  int64_t* steps;
  int64_t* ends;
};

double now() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

char* copy_of(const char* text) {
  char* copy = (char*)malloc(strlen(text) + 1);
  if (copy) strcpy(copy, text);
  return copy;
}

// One more element in a list that doubles; NULL if there is no memory.
template <class Item> Item* append(Item*& items, int& count) {
  if ((count & (count - 1)) == 0) {
    Item* more = (Item*)realloc((void*)items, sizeof(Item) * (size_t)(count ? 2 * count : 1));
    if (!more) return NULL;
    items = more;
  }
  memset((void*)&items[count], 0, sizeof(Item));
  return &items[count++];
}

}  // namespace

struct eqsim_model {
  char folder[2048];
  char message[1024];
  int status;
  Value* values;
  int value_count;
  Name* names;
  int name_count;
  Action* actions;
  int action_count;
  int present;  // the action in progress
  // tables of the network in progress
  void** arrays;
  double* reals;
  int64_t* ints;
  int bound;
  int threads, always;
  void** crews;  // the threads of each network, once it has run
  eqsim_report report;
  void* context;
  double report_every, report_at, began;
};

namespace {

int fail(eqsim_model* m, int status, const char* format, ...) {
  va_list rest;
  va_start(rest, format);
  vsnprintf(m->message, sizeof m->message, format, rest);
  va_end(rest);
  return m->status = status;
}

int fine(eqsim_model* m) {
  m->message[0] = 0;
  return m->status = EQSIM_OK;
}

Value* find(const eqsim_model* m, const char* name, char kind) {
  for (int at = 0; at < m->value_count; ++at)
    if ((!kind || m->values[at].kind == kind) && strcmp(m->values[at].name, name) == 0) return &m->values[at];
  return NULL;
}

Value* find_or_add(eqsim_model* m, const char* name, char kind) {
  Value* found = find(m, name, kind);
  if (found) return found;
  found = append(m->values, m->value_count);
  if (!found || !(found->name = copy_of(name))) return NULL;
  found->kind = kind;
  if (kind == 'a') return found;
  memcpy(found->array.type, kind == 'r' ? "<f8" : "<i8", 4);
  found->array.count = 1;
  found->array.data = calloc(1, 8);
  return found->array.data ? found : NULL;
}

// What a GPU has computed comes to the host before anybody looks at it, or changes it.
bool look(eqsim_model* m) {
  const Elsewhere* there = m->bound >= 0 ? networks[m->bound]->elsewhere : NULL;
  if (!there || there->fetch(m->arrays)) return true;
  fail(m, EQSIM_NO_DEVICE, "%s", there->complaint());
  return false;
}

double* real_of(Value* v) { return (double*)v->array.data; }
int64_t* int_of(Value* v) { return (int64_t*)v->array.data; }

// ---- reading -------------------------------------------------------------------------------------------------------

int read_array(eqsim_model* m, const char* folder, const char* name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s.npy", folder, name);
  Array a;
  if (!npy_read(path, &a)) return fail(m, EQSIM_NO_DATA, "%s: missing, damaged, or too large for the memory", path);
  Value* v = find_or_add(m, name, 'a');
  if (!v) return free(a.data), fail(m, EQSIM_NO_MEMORY, "there is no memory for %s", name);
  free(v->array.data);
  v->array = a;
  v->written = m->present > 0;
  return EQSIM_OK;
}

// values.txt: lines `array NAME`, `real NAME NUMBER`, `int NAME NUMBER`
int read_values(eqsim_model* m, const char* folder) {
  if (!look(m)) return m->status;
  char path[4096], line[4096], kind[16], name[2048], text[512];
  snprintf(path, sizeof path, "%s/values.txt", folder);
  FILE* file = fopen(path, "r");
  if (!file) return fail(m, EQSIM_NO_DATA, "%s: missing", path);
  int status = EQSIM_OK;
  while (status == EQSIM_OK && fgets(line, sizeof line, file)) {
    const int found = sscanf(line, "%15s %2047s %511s", kind, name, text);
    if (found < 1 || kind[0] == '#' || strcmp(kind, "step") == 0) continue;
    if (found == 2 && strcmp(kind, "array") == 0) {
      status = read_array(m, folder, name);
    } else if (found == 3 && (kind[0] == 'r' || kind[0] == 'i')) {
      Value* v = find_or_add(m, name, kind[0]);
      if (!v) status = fail(m, EQSIM_NO_MEMORY, "there is no memory for %s", name);
      else if (kind[0] == 'r') *real_of(v) = strtod(text, NULL);
      else *int_of(v) = strtoll(text, NULL, 10);
    } else {
      status = fail(m, EQSIM_NO_DATA, "%s: cannot read the line: %s", path, line);
    }
  }
  fclose(file);
  m->bound = -1;
  for (int at = 0; at < network_count; ++at)
    if (m->crews[at]) networks[at]->forget(m->crews[at]);
  return status;
}

int read_names(eqsim_model* m) {
  char path[4096], line[4096];
  snprintf(path, sizeof path, "%s/names.txt", m->folder);
  FILE* file = fopen(path, "r");
  if (!file) return fail(m, EQSIM_NO_DATA, "%s: missing", path);
  while (fgets(line, sizeof line, file)) {
    line[strcspn(line, "\t\r\n")] = 0;
    if (!line[0] || line[0] == '#') continue;
    Name* n = append(m->names, m->name_count);
    if (!n || !(n->name = copy_of(line))) return fclose(file), fail(m, EQSIM_NO_MEMORY, "there is no memory");
  }
  fclose(file);
  return EQSIM_OK;
}

bool next_number(char** text, int64_t* number) {
  char* after = *text;
  *number = strtoll(*text, &after, 10);
  const bool found = after != *text;
  *text = after;
  return found;
}

// The steps of the clocks of a run: pairs of first step and end, in the order of the network's clocks.
bool read_steps(Action* a, char* text) {
  const int clocks = networks[a->number]->clock_count;
  a->steps = (int64_t*)calloc((size_t)clocks + 1, 8);
  a->ends = (int64_t*)calloc((size_t)clocks + 1, 8);
  if (!a->steps || !a->ends) return false;
  for (int c = 0; c < clocks; ++c)
    if (!next_number(&text, &a->steps[c]) || !next_number(&text, &a->ends[c])) return false;
  a->first = a->steps[0];
  return true;
}

// A folder beside the plan; or anywhere, after the plan has been saved elsewhere.
char* folder_of(const eqsim_model* m, char* text) {
  char path[4096];
  text += strspn(text, " ");
  text[strcspn(text, "\r\n")] = 0;
  if (text[0] == '/') snprintf(path, sizeof path, "%s", text);
  else snprintf(path, sizeof path, "%s/%s", m->folder, text);
  return copy_of(path);
}

int read_plan(eqsim_model* m) {
  char path[4096], line[8192], word[16];
  snprintf(path, sizeof path, "%s/plan.txt", m->folder);
  FILE* file = fopen(path, "r");
  if (!file) return fail(m, EQSIM_NO_DATA, "%s: missing", path);
  int status = EQSIM_OK;
  while (status == EQSIM_OK && fgets(line, sizeof line, file)) {
    int number = 0, used = 0;
    if (sscanf(line, "%15s %d%n", word, &number, &used) != 2 || word[0] == '#') continue;
    Action* a = append(m->actions, m->action_count);
    if (!a) { status = fail(m, EQSIM_NO_MEMORY, "there is no memory"); break; }
    a->kind = strcmp(word, "run") == 0 ? RUN : strcmp(word, "once") == 0 ? ONCE : CHANGE;
    a->number = number;
    if (a->kind == CHANGE) a->folder = folder_of(m, line + used);
    else if (number < 0 || number >= network_count || (a->kind == RUN && !read_steps(a, line + used)))
      status = fail(m, EQSIM_NO_DATA, "%s: this program cannot do: %s", path, line);
  }
  fclose(file);
  return status;
}

// ---- the network in progress -----------------------------------------------------------------------------------------

// The next step of a clock of the network in progress.
int64_t next_step(const eqsim_model* m, int clock) {
  return m->present < m->action_count && m->actions[m->present].kind == RUN ? m->actions[m->present].steps[clock] : 0;
}

int64_t rows_of(const eqsim_model* m, const GrowingLog* log) {
  return log->rows ? *int_of(find(m, log->rows, 'i')) : log->fixed;
}

// Room for at least one more step in each log; the room doubles.
int grow_logs(eqsim_model* m, const Network* n) {
  for (const GrowingLog* log = n->logs; log < n->logs + n->log_count; ++log) {
    if (log->column_count == 0) continue;  // a limit of a queue
    int64_t* capacity = int_of(find(m, log->capacity, 'i'));
    const int64_t used = *(int64_t*)find(m, log->cursor, 'a')->array.data, rows = rows_of(m, log);
    int64_t smallest = INT64_MAX;
    for (int c = 0; c < log->column_count; ++c) {
      Array* column = &find(m, log->columns[c], 'a')->array;
      int64_t room = column->count;
      if (used + rows > room) {
        room = 2 * room > used + rows ? 2 * room : used + rows + 1024;
        void* more = realloc(column->data, (size_t)(room * item_size(column->type)));
        if (!more) return fail(m, EQSIM_NO_MEMORY, "there is no memory for %lld rows of %s", (long long)room, log->columns[c]);
        column->data = more;
        column->count = room;
      }
      smallest = room < smallest ? room : smallest;
    }
    *capacity = smallest;
  }
  return EQSIM_OK;
}

int64_t* cursor_of(const eqsim_model* m, const char* name) { return (int64_t*)find(m, name, 'a')->array.data; }

// New memory for the lists of a queue: `history` lists and one for later, of `width` synapses each.
bool lay_out(eqsim_model* m, const WaitingSynapses* q, int64_t history, int64_t width) {
  const int64_t counts[] = {(history + 1) * width, history + 1, width};
  const char* const names[] = {q->waiting, q->counts, q->due};
  for (int at = 0; at < 3; ++at) {
    Array* a = &find(m, names[at], 'a')->array;
    void* fresh = calloc((size_t)counts[at] + 1, (size_t)item_size(a->type));
    if (!fresh) return false;
    a->data = fresh;
    a->count = counts[at];
  }
  *int_of(find(m, q->history, 'i')) = history;
  *int_of(find(m, q->width, 'i')) = width;
  return true;
}

// Room in the lists of waiting synapses for whatever the next step can bring; `first` is that step.
int grow_queue(eqsim_model* m, const WaitingSynapses* q, int64_t first) {
  const int64_t history = *int_of(find(m, q->history, 'i')), width = *int_of(find(m, q->width, 'i'));
  const int64_t size = *int_of(find(m, q->step_width, 'i')), farthest = *cursor_of(m, q->farthest);
  if (*cursor_of(m, q->longest) + size <= width && farthest <= history) return EQSIM_OK;
  int32_t* waiting = (int32_t*)find(m, q->waiting, 'a')->array.data;
  int64_t* counts = cursor_of(m, q->counts);
  int64_t* due = cursor_of(m, q->due);
  int64_t reach = farthest > 1 ? farthest : 1, most = 0;
  for (int64_t at = 0; at < counts[history]; ++at)
    if (due[at] - first + 1 > reach) reach = due[at] - first + 1;
  const int64_t lists = history > 2 * farthest ? history : 2 * farthest;
  const int64_t longer = (lists > reach ? lists : reach);
  int64_t* filled = (int64_t*)calloc((size_t)longer + 1, 8);
  int32_t* moved = NULL;
  int64_t room = 0;
  bool good = filled != NULL;
  for (int pass = 0; good && pass < 2; ++pass) {  // count, then move
    for (int64_t step = first; step < first + history; ++step)
      for (int64_t at = 0; at < counts[step % history]; ++at) {
        const int64_t slot = step % longer, place = filled[slot]++;
        if (pass) moved[slot * room + place] = waiting[step % history * width + at];
      }
    for (int64_t at = 0; at < counts[history]; ++at) {
      const int64_t slot = due[at] % longer, place = filled[slot]++;
      if (pass) moved[slot * room + place] = waiting[history * width + at];
    }
    if (pass == 0) {
      for (int64_t slot = 0; slot < longer; ++slot) most = filled[slot] > most ? filled[slot] : most;
      memset(filled, 0, 8 * (size_t)longer);
      room = most + size + 16;
      good = lay_out(m, q, longer, room);
      moved = (int32_t*)find(m, q->waiting, 'a')->array.data;
    }
  }
  if (good) memcpy(cursor_of(m, q->counts), filled, 8 * (size_t)longer);
  if (good) *cursor_of(m, q->longest) = most, *cursor_of(m, q->farthest) = reach;
  free(filled);
  free(waiting);
  free(counts);
  free(due);
  return good ? EQSIM_OK : fail(m, EQSIM_NO_MEMORY, "there is no memory for the synapses that wait for spikes");
}

// Copy the memory of a network to the GPU.
int attach(eqsim_model* m, const Network* n) {
  int64_t* bytes = (int64_t*)calloc((size_t)n->array_count + 1, 8);
  if (!bytes) return fail(m, EQSIM_NO_MEMORY, "there is no memory");
  for (int at = 0; at < n->array_count; ++at) {
    const Array* a = &find(m, n->arrays[at].name, 'a')->array;
    bytes[at] = a->count * item_size(a->type);
  }
  const bool good = n->elsewhere->attach(m->arrays, bytes, m->reals, m->ints);
  free(bytes);
  return good ? EQSIM_OK : fail(m, EQSIM_NO_DEVICE, "%s", n->elsewhere->complaint());
}

// Fill the tables of a network from the values by name.
int bind(eqsim_model* m, int number) {
  const Network* n = networks[number];
  if (!look(m)) return m->status;
  if (m->bound >= 0 && networks[m->bound]->elsewhere) networks[m->bound]->elsewhere->forget(m->arrays);
  if (grow_logs(m, n) != EQSIM_OK) return m->status;
  for (const WaitingSynapses* q = n->queues; q < n->queues + n->queue_count; ++q)
    if (grow_queue(m, q, next_step(m, q->clock)) != EQSIM_OK) return m->status;
  m->arrays = (void**)realloc((void*)m->arrays, sizeof(void*) * (size_t)(n->array_count + 1));
  m->reals = (double*)realloc(m->reals, 8 * (size_t)(n->real_count + 1));
  m->ints = (int64_t*)realloc(m->ints, 8 * (size_t)(n->int_count + 1));
  if (!m->arrays || !m->reals || !m->ints) return fail(m, EQSIM_NO_MEMORY, "there is no memory");
  for (int at = 0; at < n->array_count; ++at) {
    Value* v = find(m, n->arrays[at].name, 'a');
    if (!v || strcmp(v->array.type, n->arrays[at].type) != 0)
      return fail(m, EQSIM_NO_DATA, "the array '%s' (%s) is missing or of another type", n->arrays[at].name, n->arrays[at].type);
    v->written = v->written || n->arrays[at].written;
    m->arrays[at] = v->array.data;
  }
  for (int at = 0; at < n->real_count; ++at) {
    Value* v = find(m, n->reals[at], 'r');
    if (!v && at < n->real_count - n->derived_count) return fail(m, EQSIM_NO_DATA, "the number '%s' is missing", n->reals[at]);
    m->reals[at] = v ? *real_of(v) : 0;
  }
  for (int at = 0; at < n->int_count; ++at) {
    Value* v = find(m, n->ints[at], 'i');
    if (!v) return fail(m, EQSIM_NO_DATA, "the number '%s' is missing", n->ints[at]);
    m->ints[at] = *int_of(v);
  }
  n->derive(m->reals, m->ints);
  if (n->elsewhere && attach(m, n) != EQSIM_OK) return m->status;
  m->bound = number;
  return EQSIM_OK;
}

// ---- time ------------------------------------------------------------------------------------------------------------

const double TOGETHER = 1e-4;  // fraction of the smallest dt within which two times are the same

// When a step of a clock begins: step * dt, or an entry of a list of times.
double time_of(const eqsim_model* m, const Network* n, int clock, int64_t step) {
  char name[2048];
  snprintf(name, sizeof name, "%s.times", n->clocks[clock]);
  const Value* list = find(m, name, 'a');
  if (list) return step < list->array.count ? ((const double*)list->array.data)[step] : INFINITY;
  snprintf(name, sizeof name, "%s.dt", n->clocks[clock]);
  return (double)step * *real_of(find(m, name, 'r'));
}

double present_time(const eqsim_model* m, const Network* n, const int64_t* steps, const int64_t* ends) {
  double t = INFINITY;
  for (int c = 0; c < n->clock_count; ++c)
    if (steps[c] < ends[c]) t = fmin(t, time_of(m, n, c, steps[c]));
  return t;
}

double dt_of(const eqsim_model* m, const Network* n, int clock) {
  char name[2048];
  snprintf(name, sizeof name, "%s.dt", n->clocks[clock]);
  return *real_of(find(m, name, 'r'));
}

// ---- running ---------------------------------------------------------------------------------------------------------

double completed(const eqsim_model* m) {
  double all = 0, done = 0;
  for (int at = 0; at < m->action_count; ++at) {
    const Action* a = &m->actions[at];
    if (a->kind != RUN || networks[a->number]->clock_count == 0) continue;
    all += (double)(a->ends[0] - a->first);
    done += (double)(a->steps[0] - a->first);
  }
  return all > 0 ? done / all : 1;
}

void tell(eqsim_model* m, bool always) {
  const double t = now();
  if (!m->report || (!always && t < m->report_at)) return;
  m->report_at = t + m->report_every;
  m->report(m, completed(m), t - m->began, m->context);
}

// Send all threads home.
void disband(eqsim_model* m) {
  for (int at = 0; at < network_count; ++at) {
    if (m->crews[at]) networks[at]->disband(m->crews[at]);
    m->crews[at] = NULL;
  }
}

// Advance to the ends; pauses now and then for reports.
int run_to(eqsim_model* m, Action* a, const int64_t* ends) {
  const Network* n = networks[a->number];
  if (m->bound != a->number && bind(m, a->number) != EQSIM_OK) return m->status;
  void*& crew = m->crews[a->number];
  if (m->threads > 1 && n->crew && !crew && !(crew = n->crew(m->threads, m->always))) return fail(m, EQSIM_NO_MEMORY, "there is no memory");
  int64_t budget = 64;
  for (;;) {
    const double began = now();
    const int64_t reason = n->run(m->arrays, m->reals, m->ints, a->steps, ends, &stopping, budget, crew);
    const double took = now() - began;
    tell(m, false);
    if (reason == RUN_DONE) return fine(m);
    if (reason == RUN_NO_MEMORY) return fail(m, EQSIM_NO_MEMORY, "there is no memory for the events in flight");
    if (reason == RUN_NO_DEVICE) return fail(m, EQSIM_NO_DEVICE, "%s", n->elsewhere->complaint());
    if (reason == RUN_STOPPED) {
      stopping = 0;
      return fail(m, EQSIM_STOPPED, "stopped at t = %g s", present_time(m, n, a->steps, a->ends));
    }
    if (reason == RUN_FULL && bind(m, a->number) != EQSIM_OK) return m->status;
    if (reason == RUN_PAUSED) budget = took < 0.05 ? 2 * budget : took > 0.2 && budget > 1 ? budget / 2 : budget;
  }
}

int once(eqsim_model* m, int number) {
  const Network* n = networks[number];
  if (bind(m, number) != EQSIM_OK) return m->status;
  int64_t* active = (int64_t*)calloc((size_t)n->clock_count + 1, 8);
  int64_t* steps = (int64_t*)calloc((size_t)n->clock_count + 1, 8);
  if (!active || !steps) return free(active), free(steps), fail(m, EQSIM_NO_MEMORY, "there is no memory");
  for (int c = 0; c < n->clock_count; ++c) active[c] = 1;
  const int64_t reason = n->part(m->arrays, m->reals, m->ints, steps, active, 0, INT32_MAX, NULL);
  free(active);
  free(steps);
  if (reason == RUN_NO_DEVICE) return fail(m, EQSIM_NO_DEVICE, "%s", n->elsewhere->complaint());
  if (!look(m)) return m->status;
  m->bound = -1;
  return EQSIM_OK;
}

// Do what stands before the next run; the run itself is left to the caller.
int prepare(eqsim_model* m) {
  for (; m->present < m->action_count; ++m->present) {
    Action* a = &m->actions[m->present];
    if (a->kind == RUN && present_time(m, networks[a->number], a->steps, a->ends) < INFINITY) return EQSIM_OK;
    if (a->kind == CHANGE && read_values(m, a->folder) != EQSIM_OK) return m->status;
    if (a->kind == ONCE && once(m, a->number) != EQSIM_OK) return m->status;
  }
  return EQSIM_OK;
}

bool make_folder(const char* path) {
  char part[4096];
  snprintf(part, sizeof part, "%s", path);
  for (char* at = part + 1; *at; ++at)
    if (*at == '/') {
      *at = 0;
      mkdir(part, 0777);
      *at = '/';
    }
  return mkdir(part, 0777) == 0 || errno == EEXIST;
}

// How many elements of an array are in use: of the columns of logs only the rows that have been written.
int64_t used_of(const eqsim_model* m, const Value* v) {
  for (int q = 0; q < network_count; ++q)
    for (const GrowingLog* log = networks[q]->logs; log < networks[q]->logs + networks[q]->log_count; ++log)
      for (int c = 0; c < log->column_count; ++c)
        if (strcmp(log->columns[c], v->name) == 0) return *(int64_t*)find(m, log->cursor, 'a')->array.data;
  return v->array.count;
}

// The next step of each clock of the last run.
void write_steps(const eqsim_model* m, FILE* list) {
  const Action* last = NULL;
  for (const Action* a = m->actions; a < m->actions + m->action_count && a <= m->actions + m->present; ++a)
    if (a->kind == RUN) last = a;
  for (int c = 0; last && c < networks[last->number]->clock_count; ++c)
    fprintf(list, "step %s %lld\n", networks[last->number]->clocks[c], (long long)last->steps[c]);
}

int save(eqsim_model* m, const char* folder, bool everything) {
  char path[4096];
  if (!look(m)) return m->status;
  if (!make_folder(folder)) return fail(m, EQSIM_NOT_SAVED, "%s: this folder cannot be made: %s", folder, strerror(errno));
  snprintf(path, sizeof path, "%s/values.txt", folder);
  FILE* list = fopen(path, "w");
  if (!list) return fail(m, EQSIM_NOT_SAVED, "%s: %s", path, strerror(errno));
  bool good = true;
  for (Value* v = m->values; v < m->values + m->value_count && good; ++v) {
    if (v->kind == 'r') fprintf(list, "real %s %a\n", v->name, *real_of(v));
    if (v->kind == 'i') fprintf(list, "int %s %lld\n", v->name, (long long)*int_of(v));
    if (v->kind != 'a' || !(everything || v->written)) continue;
    fprintf(list, "array %s\n", v->name);
    snprintf(path, sizeof path, "%s/%s.npy", folder, v->name);
    good = npy_write(path, &v->array, used_of(m, v));
  }
  const int failed = errno;
  write_steps(m, list);
  good = fclose(list) == 0 && good;
  return good ? EQSIM_OK : fail(m, EQSIM_NOT_SAVED, "%s: cannot be written: %s", path, strerror(failed));
}

// The rest of the plan, the folders of its changes in another place.
int save_plan(eqsim_model* m, const char* folder) {
  char path[4096];
  snprintf(path, sizeof path, "%s/plan.txt", folder);
  FILE* file = fopen(path, "w");
  if (!file) return fail(m, EQSIM_NOT_SAVED, "%s: %s", path, strerror(errno));
  for (const Action* a = m->actions + m->present; a < m->actions + m->action_count; ++a) {
    fprintf(file, "%s %d", a->kind == RUN ? "run" : a->kind == ONCE ? "once" : "change", a->number);
    char* whole = a->kind == CHANGE ? realpath(a->folder, NULL) : NULL;
    if (whole) fprintf(file, " %s", whole);
    free(whole);
    for (int c = 0; a->kind == RUN && c < networks[a->number]->clock_count; ++c)
      fprintf(file, " %lld %lld", (long long)a->steps[c], (long long)a->ends[c]);
    fprintf(file, "\n");
  }
  bool good = fclose(file) == 0;
  snprintf(path, sizeof path, "%s/names.txt", folder);
  file = good ? fopen(path, "w") : NULL;
  for (int at = 0; file && at < m->name_count; ++at) fprintf(file, "%s\n", m->names[at].name);
  good = file && fclose(file) == 0;
  return good ? EQSIM_OK : fail(m, EQSIM_NOT_SAVED, "%s: %s", path, strerror(errno));
}

}  // namespace

extern "C" {

eqsim_model* eqsim_create(const char* data_folder) {
  eqsim_model* m = (eqsim_model*)calloc(1, sizeof(eqsim_model));
  if (!m) return NULL;
  m->crews = (void**)calloc((size_t)network_count + 1, sizeof(void*));
  if (!m->crews) return free(m), (eqsim_model*)NULL;
  m->threads = 1;
  snprintf(m->folder, sizeof m->folder, "%s", data_folder);
  m->bound = -1;
  m->began = now();
  if (read_values(m, m->folder) == EQSIM_OK && read_names(m) == EQSIM_OK && read_plan(m) == EQSIM_OK) fine(m);
  return m;
}

void eqsim_destroy(eqsim_model* m) {
  if (!m) return;
  for (int at = 0; at < network_count; ++at)
    if (networks[at]->elsewhere) networks[at]->elsewhere->forget(m->arrays);
  for (int at = 0; at < m->value_count; ++at) free(m->values[at].name), free(m->values[at].array.data);
  for (int at = 0; at < m->name_count; ++at) free(m->names[at].name);
  for (int at = 0; at < m->action_count; ++at)
    free(m->actions[at].folder), free(m->actions[at].steps), free(m->actions[at].ends);
  disband(m);
  free((void*)m->crews);
  free(m->values);
  free(m->names);
  free(m->actions);
  free((void*)m->arrays);
  free(m->reals);
  free(m->ints);
  free(m);
}

int eqsim_status(const eqsim_model* m) { return m ? m->status : EQSIM_NO_MEMORY; }
const char* eqsim_message(const eqsim_model* m) { return m ? m->message : "there is no memory"; }

long long eqsim_count(const eqsim_model* m, const char* name) {
  if (!look((eqsim_model*)m)) return -1;
  const Value* v = find(m, name, 0);
  return v ? used_of(m, v) : -1;
}

int eqsim_get(eqsim_model* m, const char* name, double* values, long long count) {
  if (!look(m)) return m->status;
  const Value* v = find(m, name, 0);
  if (!v) return fail(m, EQSIM_WRONG_ARGUMENT, "there is no value '%s'", name);
  if (count > used_of(m, v))
    return fail(m, EQSIM_WRONG_ARGUMENT, "%s has %lld values, not %lld", name, (long long)used_of(m, v), count);
  for (long long at = 0; at < count; ++at) {
    const Array a = v->kind == 'i' ? Array{{'<', 'i', '8', 0}, 1, v->array.data} : v->array;
    values[at] = item_get(&a, at);
  }
  return fine(m);
}

int eqsim_set(eqsim_model* m, const char* name, const double* values, long long count) {
  if (!look(m)) return m->status;
  bool known = false;
  for (int at = 0; at < m->name_count; ++at) known = known || strcmp(m->names[at].name, name) == 0;
  Value* v = known ? find(m, name, 0) : NULL;
  if (!v) return fail(m, EQSIM_WRONG_ARGUMENT, "there is no value '%s' that can be set; --list shows them all", name);
  if (count != 1 && count != v->array.count)
    return fail(m, EQSIM_WRONG_ARGUMENT, "%s takes 1 or %lld values, not %lld", name, (long long)v->array.count, count);
  for (int64_t at = 0; at < v->array.count; ++at) item_set(&v->array, at, values[count == 1 ? 0 : at]);
  v->written = true;
  m->bound = -1;
  return fine(m);
}

int eqsim_set_text(eqsim_model* m, const char* name, const char* value) {
  char* rest = NULL;
  const double number = strtod(value, &rest);
  if (rest != value && *rest == 0) return eqsim_set(m, name, &number, 1);
  if (strcmp(value, "True") == 0 || strcmp(value, "False") == 0) {
    const double flag = value[0] == 'T';
    return eqsim_set(m, name, &flag, 1);
  }
  Array a;
  if (!npy_read(value, &a))
    return fail(m, EQSIM_WRONG_ARGUMENT, "'%s' for %s is neither a number nor a .npy file of one dimension", value, name);
  double* values = (double*)malloc(8 * (size_t)a.count + 8);
  if (!values) return free(a.data), fail(m, EQSIM_NO_MEMORY, "there is no memory for %s", name);
  for (int64_t at = 0; at < a.count; ++at) values[at] = item_get(&a, at);
  const int status = eqsim_set(m, name, values, a.count);
  free(values);
  free(a.data);
  return status;
}

const char* eqsim_name(const eqsim_model* m, long long at) { return at >= 0 && at < m->name_count ? m->names[at].name : NULL; }

int eqsim_steps(eqsim_model* m, long long steps) {
  while (steps > 0) {
    if (prepare(m) != EQSIM_OK) return m->status;
    if (m->present == m->action_count) return fail(m, EQSIM_WRONG_ARGUMENT, "the plan has ended: there are no more steps");
    Action* a = &m->actions[m->present];
    const Network* n = networks[a->number];
    int fastest = 0;
    for (int c = 1; c < n->clock_count; ++c)
      if (dt_of(m, n, c) < dt_of(m, n, fastest)) fastest = c;
    const int64_t left = a->ends[fastest] - a->steps[fastest], some = left < steps ? left : steps;
    const double until = time_of(m, n, fastest, a->steps[fastest] + some);
    int64_t* ends = (int64_t*)calloc((size_t)n->clock_count + 1, 8);
    if (!ends) return fail(m, EQSIM_NO_MEMORY, "there is no memory");
    for (int c = 0; c < n->clock_count; ++c) {
      ends[c] = a->steps[c];
      while (ends[c] < a->ends[c] && (left == some || time_of(m, n, c, ends[c]) < until - TOGETHER * dt_of(m, n, fastest))) ++ends[c];
    }
    const int status = run_to(m, a, ends);
    free(ends);
    if (status != EQSIM_OK) return status;
    steps -= some;
  }
  return fine(m);
}

int eqsim_play(eqsim_model* m) {
  m->began = now();
  tell(m, true);
  while (prepare(m) == EQSIM_OK && m->present < m->action_count) {
    Action* a = &m->actions[m->present];
    if (run_to(m, a, a->ends) != EQSIM_OK) return m->status;
  }
  if (m->status == EQSIM_OK) tell(m, true);
  return m->status;
}

int eqsim_set_threads(eqsim_model* m, int threads, int always) {
  if (threads < 0) return fail(m, EQSIM_WRONG_ARGUMENT, "the number of threads cannot be %d", threads);
  const int cores = (int)sysconf(_SC_NPROCESSORS_ONLN);
  disband(m);
  m->threads = threads == 0 || (threads > cores && !always) ? cores : threads;
  m->always = always;
  return fine(m);
}

void eqsim_stop(void) { stopping = 1; }

double eqsim_time(const eqsim_model* m) {
  const int last = m->present < m->action_count ? m->present : m->action_count - 1;
  for (int at = last; at >= 0; --at) {
    const Action* a = &m->actions[at];
    if (a->kind != RUN) continue;
    const double t = present_time(m, networks[a->number], a->steps, a->ends);
    return t < INFINITY ? t : time_of(m, networks[a->number], 0, a->ends[0]);
  }
  return 0;
}

double eqsim_end(const eqsim_model* m) {
  for (int at = m->present; at < m->action_count; ++at)
    if (m->actions[at].kind == RUN) return time_of(m, networks[m->actions[at].number], 0, m->actions[at].ends[0]);
  return eqsim_time(m);
}

void eqsim_on_report(eqsim_model* m, eqsim_report report, double seconds, void* context) {
  m->report = report;
  m->report_every = seconds;
  m->context = context;
}

int eqsim_save(eqsim_model* m, const char* folder) {
  if (save(m, folder, true) != EQSIM_OK || save_plan(m, folder) != EQSIM_OK) return m->status;
  return fine(m);
}

int eqsim_save_results(eqsim_model* m, const char* folder) { return save(m, folder, false) == EQSIM_OK ? fine(m) : m->status; }

}  // extern "C"
