/* The model as a library: make it, set and get its values, run steps, save its state.  Plain C; no Python needed. */
#ifndef EQSIM_MODEL_H
#define EQSIM_MODEL_H

#ifdef __cplusplus
extern "C" {
#endif

typedef struct eqsim_model eqsim_model;

/* What the functions give back. */
enum {
  EQSIM_OK = 0,
  EQSIM_WRONG_ARGUMENT = 2, /* no such name, wrong number of values, wrong option */
  EQSIM_NO_DATA = 3,        /* a file of the model is missing or damaged */
  EQSIM_NOT_SAVED = 4,      /* a file could not be written (disk full?) */
  EQSIM_NO_MEMORY = 5,
  EQSIM_NO_DEVICE = 6,      /* the GPU is missing, or failed; of CUDA projects only */
  EQSIM_STOPPED = 130       /* eqsim_stop() was called, or Ctrl-C was pressed */
};

/* A model whose values come from a folder (data/ of the project).  NULL if there is no memory. Check eqsim_status(). */
eqsim_model* eqsim_create(const char* data_folder);
void eqsim_destroy(eqsim_model* model);

/* The result of the last call, and what went wrong in words ("" if nothing did). */
int eqsim_status(const eqsim_model* model);
const char* eqsim_message(const eqsim_model* model);

/* Values by name, in SI units, e.g. "neurons.v".  The number of values; -1 for an unknown name. */
long long eqsim_count(const eqsim_model* model, const char* name);
int eqsim_get(eqsim_model* model, const char* name, double* values, long long count);
/* One value is given to all elements. */
int eqsim_set(eqsim_model* model, const char* name, const double* values, long long count);
/* A number, or the name of a .npy file. */
int eqsim_set_text(eqsim_model* model, const char* name, const char* value);

/* The names that may be set: one per call, NULL after the last. */
const char* eqsim_name(const eqsim_model* model, long long at);

/* Run so many steps of the fastest clock; or all that is left of the script. */
int eqsim_steps(eqsim_model* model, long long steps);
int eqsim_play(eqsim_model* model);
/* Let so many threads work on a step (0: all cores); one, unless this is called. The numbers do not depend on it.  Where one
   thread is faster, one works; unless `always` is not 0. */
int eqsim_set_threads(eqsim_model* model, int threads, int always);
/* End a run after its present step; may be called from a signal handler. */
void eqsim_stop(void);

/* Time of the next step, and of the end of the run in progress, in seconds. */
double eqsim_time(const eqsim_model* model);
double eqsim_end(const eqsim_model* model);

/* Called about every `seconds` of wall time while a run is in progress; `completed` is a fraction of the whole script. */
typedef void (*eqsim_report)(const eqsim_model* model, double completed, double elapsed, void* context);
void eqsim_on_report(eqsim_model* model, eqsim_report report, double seconds, void* context);

/* Write every value to a folder, as .npy files; it can be given to eqsim_create() again. */
int eqsim_save(eqsim_model* model, const char* folder);
/* Only what runs have changed: smaller, and enough to look at. */
int eqsim_save_results(eqsim_model* model, const char* folder);

#ifdef __cplusplus
}
#endif
#endif
