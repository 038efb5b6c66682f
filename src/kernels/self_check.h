// A look at the kernels before they are trusted.
#pragma once

namespace lenet::kernels {

/// Compares one pack through every kernel, on the instruction set that runs now, with the formula
/// written out in double. Takes 0.02 to 0.1 ms, the first time for an instruction set alone.
/// Throws Error (kFailed) naming instruction set, kernel, value found and value wanted: a program
/// whose compiler, Highway or processor gets a kernel wrong ends before it computes anything.
void self_check();

}  // namespace lenet::kernels
