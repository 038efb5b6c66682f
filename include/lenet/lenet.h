// Everything but the names of the book, lenet/d2l.h, and the C interface, lenet/c_api.h.
#pragma once

#include "lenet/animator.h"
#include "lenet/c_export.h"
#include "lenet/checkpoint.h"
#include "lenet/core.h"
#include "lenet/fashion_mnist.h"
#include "lenet/image.h"
#include "lenet/live.h"
#include "lenet/load_data.h"
#include "lenet/model_file.h"
#include "lenet/onnx.h"
#include "lenet/pytorch.h"
#include "lenet/quantize.h"
#include "lenet/run.h"
#include "lenet/safetensors.h"
