/* The C interface from C99: results by hand, each refusal, messages by thread. */
#include "lenet/c_api.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static int failures = 0;

#define EXPECT(condition)                                             \
  do {                                                                \
    if (!(condition)) {                                               \
      printf("%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);  \
      printf("  lenet_last_error() is \"%s\"\n", lenet_last_error()); \
      ++failures;                                                     \
    }                                                                 \
  } while (0)

static const char kPath[] = "c_api_test.safetensors";

/* A safetensors file: the header's length, JSON, floats. */
static void write_model(const char* header, const float* values, size_t count) {
  FILE* file = fopen(kPath, "wb");
  const size_t length = strlen(header);
  int i;
  for (i = 0; i < 8; ++i) fputc(i < 4 ? (int)(length >> (8 * i) & 255) : 0, file);
  fwrite(header, 1, length, file);
  fwrite(values, sizeof *values, count, file);
  fclose(file);
}

#define TENSORS                                                \
  "\"1.weight\":{\"dtype\":\"F32\",\"shape\":[2,2],"           \
  "\"data_offsets\":[0,16]},\"1.bias\":{\"dtype\":\"F32\","    \
  "\"shape\":[2],\"data_offsets\":[16,24]},\"__metadata__\":{" \
  "\"model\":\"Flatten Linear(2)\",\"input_shape\":\"1x1x2\","

static const float kValues[] = {1, 2, -1, 0.5f, 0.25f, -0.5f};

static void write_good_model(void) {
  write_model("{" TENSORS
              "\"pixel_scale\":\"1/255\",\"class_names\":\"[\\\"dark\\\",\\\"bright\\\"]\"}}",
              kValues, 6);
}

static lenet_model* load_good_model(void) {
  lenet_model* model = NULL;
  write_good_model();
  EXPECT(lenet_model_load(kPath, &model) == LENET_OK);
  EXPECT(model != NULL);
  return model;
}

static void describes_the_model(void) {
  lenet_model* model = load_good_model();
  const lenet_shape shape = lenet_model_input_shape(model);
  EXPECT(shape.channels == 1 && shape.height == 1 && shape.width == 2);
  EXPECT(lenet_model_classes(model) == 2);
  EXPECT(strcmp(lenet_model_class_name(model, 0), "dark") == 0);
  EXPECT(strcmp(lenet_model_class_name(model, 1), "bright") == 0);
  EXPECT(lenet_model_class_name(model, 2) == NULL);
  EXPECT(lenet_model_class_name(model, -1) == NULL);
  lenet_model_free(model);
}

/* Pixels 1 and 1/5: outputs 1 + 0.4 + 0.25 and -1 + 0.1 - 0.5, their difference 3.05. */
static void predicts_as_by_hand(void) {
  lenet_model* model = load_good_model();
  const uint8_t pixels[2] = {255, 51};
  float p[2] = {0, 0};
  EXPECT(lenet_model_predict(model, pixels, 2, p, 2) == LENET_OK);
  EXPECT(fabs(p[0] - 0.9547825) < 1e-6);
  EXPECT(fabs(p[1] - 0.0452175) < 1e-6);
  lenet_model_free(model);
}

static void nothing_is_known_of_null(void) {
  const lenet_shape shape = lenet_model_input_shape(NULL);
  EXPECT(shape.channels == 0 && shape.height == 0 && shape.width == 0);
  EXPECT(lenet_model_classes(NULL) == 0);
  EXPECT(lenet_model_class_name(NULL, 0) == NULL);
  lenet_model_free(NULL);
}

static lenet_model* const kUntouched = (lenet_model*)kPath;

static void expect_load_fails(const char* path, lenet_status status, const char* part) {
  lenet_model* model = kUntouched;
  EXPECT(lenet_model_load(path, &model) == status);
  EXPECT(model == NULL);
  EXPECT(strstr(lenet_last_error(), part) != NULL);
}

static void refuses_files(void) {
  expect_load_fails(NULL, LENET_USAGE, "path is a null pointer");
  EXPECT(lenet_model_load(kPath, NULL) == LENET_USAGE);
  EXPECT(strstr(lenet_last_error(), "model is a null pointer") != NULL);
  expect_load_fails("no_such_file.safetensors", LENET_IO, "no_such_file.safetensors");
  expect_load_fails("", LENET_IO, "");
  write_model("not json", kValues, 6);
  expect_load_fails(kPath, LENET_BAD_INPUT, kPath);
  write_model("{" TENSORS "\"pixel_scale\":\"1/255\"}}", kValues, 5);
  expect_load_fails(kPath, LENET_BAD_INPUT, kPath);
  write_model("{" TENSORS "\"pixel_scale\":\"2\"}}", kValues, 6);
  expect_load_fails(kPath, LENET_BAD_INPUT, "pixel_scale");
  write_model("{" TENSORS "\"pixel_scale\":\"1\"}}", kValues, 6);
  expect_load_fails(kPath, LENET_BAD_INPUT, "trained on images of floats");
  write_model("{" TENSORS "\"pixel_scale\":\"1/255\",\"loss\":\"mse\"}}", kValues, 6);
  expect_load_fails(kPath, LENET_BAD_INPUT, "trained on numbers or labels");
}

static void expect_predict_fails(lenet_model* model, const uint8_t* pixels, int64_t pixel_count,
                                 float* p, int64_t class_count, const char* part) {
  EXPECT(lenet_model_predict(model, pixels, pixel_count, p, class_count) == LENET_USAGE);
  EXPECT(strstr(lenet_last_error(), part) != NULL);
}

static void refuses_arguments_of_predict(void) {
  lenet_model* model = load_good_model();
  const uint8_t pixels[2] = {0, 0};
  float p[2] = {7, 7};
  expect_predict_fails(NULL, pixels, 2, p, 2, "model is a null pointer");
  expect_predict_fails(model, NULL, 2, p, 2, "pixels is a null pointer");
  expect_predict_fails(model, pixels, 2, NULL, 2, "probabilities is a null pointer");
  expect_predict_fails(model, pixels, 784, p, 2, "pixel_count is 784, want 2");
  expect_predict_fails(model, pixels, 2, p, 10, "class_count is 10, want 2");
  expect_predict_fails(model, pixels, -1, p, 2, "pixel_count is -1, want 2");
  EXPECT(p[0] == 7 && p[1] == 7);
  lenet_model_free(model);
}

static void cuts_long_messages(void) {
  char path[5001];
  memset(path, 'x', 5000);
  path[5000] = '\0';
  expect_load_fails(path, LENET_IO, "xxxx");
  EXPECT(strlen(lenet_last_error()) == 1023);
}

static void* load_nothing(void* unused) {
  lenet_model* model;
  EXPECT(strcmp(lenet_last_error(), "") == 0);
  EXPECT(lenet_model_load("of_this_thread", &model) == LENET_IO);
  EXPECT(strstr(lenet_last_error(), "of_this_thread") != NULL);
  return unused;
}

static void messages_are_each_thread_s_own(void) {
  pthread_t thread;
  lenet_model* model;
  EXPECT(lenet_model_load("of_main", &model) == LENET_IO);
  EXPECT(pthread_create(&thread, NULL, load_nothing, NULL) == 0);
  EXPECT(pthread_join(thread, NULL) == 0);
  EXPECT(strstr(lenet_last_error(), "of_main") != NULL);
}

int main(void) {
  EXPECT(strcmp(lenet_last_error(), "") == 0);
  EXPECT(strcmp(lenet_version(), LENET_VERSION) == 0);
  describes_the_model();
  predicts_as_by_hand();
  nothing_is_known_of_null();
  refuses_files();
  refuses_arguments_of_predict();
  cuts_long_messages();
  messages_are_each_thread_s_own();
  remove(kPath);
  return failures != 0;
}
