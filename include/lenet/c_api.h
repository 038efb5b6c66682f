// The plain C interface: load a model, classify images. C99.
//
// A function that can fail returns a status, and then lenet_last_error() says what was wrong. No
// C++ exception leaves this interface.
//
// Threads: a model is used by one thread at a time, different models by any number at once. Load
// the file once a thread; nothing else is shared.
#pragma once

#include <stdint.h>

#include "lenet/export.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The values are the exit codes of the program lenet.
typedef enum lenet_status {
  LENET_OK = 0,
  LENET_FAILED = 1,     ///< out of memory, and what has no status of its own
  LENET_USAGE = 2,      ///< a wrong argument: a null pointer, a count that does not fit
  LENET_BAD_INPUT = 3,  ///< a file that is broken or no saved model
  LENET_IO = 5          ///< a file that is not there or cannot be read
} lenet_status;

/// A network ready to classify images, and the names of its classes.
typedef struct lenet_model lenet_model;

/// Three sizes; a network that takes features has {features, 1, 1}.
typedef struct lenet_shape {
  int64_t channels, height, width;
} lenet_shape;

/// Reads the model that `lenet train` or save_model() wrote. On success *model is to be freed by
/// lenet_model_free(), else it is null.
LENET_PUBLIC lenet_status lenet_model_load(const char* path, lenet_model** model);

/// Frees the model; null is ignored.
LENET_PUBLIC void lenet_model_free(lenet_model* model);

/// The shape of an image; {0, 0, 0} for null.
LENET_PUBLIC lenet_shape lenet_model_input_shape(const lenet_model* model);

/// The number of classes; 0 for null.
LENET_PUBLIC int64_t lenet_model_classes(const lenet_model* model);

/// The name of a class, UTF-8, as long as the model lives; null if it is out of range or the file
/// names none.
LENET_PUBLIC const char* lenet_model_class_name(const lenet_model* model, int64_t index);

/// The probability of each class for one image: `pixels` holds `pixel_count` = channels * height *
/// width bytes in this order, `probabilities` takes `class_count` floats. Both counts must be the
/// model's (LENET_USAGE).
LENET_PUBLIC lenet_status lenet_model_predict(lenet_model* model, const uint8_t* pixels,
                                              int64_t pixel_count, float* probabilities,
                                              int64_t class_count);

/// What went wrong in the calling thread's last call that failed, at most 1023 bytes; "" before.
/// Changed by its next call that fails.
LENET_PUBLIC const char* lenet_last_error(void);

/// "0.2.0".
LENET_PUBLIC const char* lenet_version(void);

#ifdef __cplusplus
}
#endif
