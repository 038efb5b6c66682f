/* Loads a model that is not there: status and message come from the library. */
#include <lenet/c_api.h>
#include <stdio.h>

int main(void) {
  lenet_model* model;
  const lenet_status status = lenet_model_load("no such file", &model);
  printf("lenet %s: %s\n", lenet_version(), lenet_last_error());
  return status == LENET_IO ? 0 : 1;
}
