// What the shared library shows: the namespace of the public headers, nothing of src/.
#pragma once

#ifdef __cplusplus
#define LENET_PUBLIC [[gnu::visibility("default")]]
#else
#define LENET_PUBLIC __attribute__((visibility("default")))
#endif
