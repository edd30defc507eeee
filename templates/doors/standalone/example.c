/* The model inside another program: a hundred steps, with a look at the state, until the plan ends. */
#include <stdio.h>
#include "model.h"

int main(int argc, char** argv) {
  eqsim_model* model = eqsim_create(argc > 1 ? argv[1] : "data");
  const char* name;
  if (eqsim_status(model) != EQSIM_OK) return fprintf(stderr, "%s\n", eqsim_message(model)), 1;
  name = eqsim_name(model, 0); /* the first value that can be set */
  while (eqsim_steps(model, 100) == EQSIM_OK) {
    double value = 0;
    printf("t = %g s", eqsim_time(model));
    if (name && eqsim_count(model, name) > 0 && eqsim_get(model, name, &value, 1) == EQSIM_OK) printf(", %s[0] = %g", name, value);
    printf("\n");
  }
  eqsim_save(model, "snapshot");
  eqsim_destroy(model);
  return 0;
}
