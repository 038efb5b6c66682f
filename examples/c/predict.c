/* examples/predict.cc through the C interface. */
#include <lenet/c_api.h>
#include <stdio.h>
#include <stdlib.h>

/* Reads an image, prints its class. Returns the status. */
static lenet_status classify(lenet_model* model) {
  const lenet_shape shape = lenet_model_input_shape(model);
  const int64_t size = shape.channels * shape.height * shape.width;
  const int64_t classes = lenet_model_classes(model);
  uint8_t* pixels = calloc((size_t)size, 1);
  float* p = calloc((size_t)classes, sizeof *p);
  lenet_status status = LENET_FAILED;
  if (!pixels || !p || fread(pixels, 1, (size_t)size, stdin) != (size_t)size) {
    fprintf(stderr, "predict: too few bytes, want %ld\n", (long)size);
  } else {
    status = lenet_model_predict(model, pixels, size, p, classes);
    if (status != LENET_OK) fprintf(stderr, "predict: %s\n", lenet_last_error());
  }
  if (status == LENET_OK) {
    int64_t best = 0, k;
    const char* name;
    for (k = 1; k < classes; ++k) best = p[k] > p[best] ? k : best;
    name = lenet_model_class_name(model, best);
    printf("%ld %s %.3f\n", (long)best, name ? name : "class", p[best]);
  }
  free(pixels);
  free(p);
  return status;
}

int main(int argc, char** argv) {
  lenet_model* model;
  lenet_status status;
  if (argc != 2) {
    fprintf(stderr, "usage: predict MODEL < IMAGE\n");
    return LENET_USAGE;
  }
  status = lenet_model_load(argv[1], &model);
  if (status != LENET_OK) {
    fprintf(stderr, "predict: %s\n", lenet_last_error());
    return (int)status;
  }
  status = classify(model);
  lenet_model_free(model);
  return (int)status;
}
