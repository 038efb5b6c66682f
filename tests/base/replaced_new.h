// Replaces operator new and delete of a test program, all forms but those for over-aligned memory,
// by two functions of the one file that includes this. All: the library may take memory by one form
// and free it by another, and AddressSanitizer's own do not go by each other as the standard's do.
#pragma once

#include <cstddef>
#include <new>

namespace lenet::replaced {

void* allocate(std::size_t size);     ///< null if it fails
void release(void* memory) noexcept;  ///< which may be null

}  // namespace lenet::replaced

// Not inlined, so that g++ sees new with delete and not malloc with delete.
[[gnu::noinline]] void* operator new(std::size_t size) {
  void* const memory = lenet::replaced::allocate(size);
  if (!memory) throw std::bad_alloc();
  return memory;
}
[[gnu::noinline]] void* operator new[](std::size_t size) { return operator new(size); }
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return lenet::replaced::allocate(size);
}
[[gnu::noinline]] void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return lenet::replaced::allocate(size);
}
[[gnu::noinline]] void operator delete(void* p) noexcept { lenet::replaced::release(p); }
[[gnu::noinline]] void operator delete[](void* p) noexcept { lenet::replaced::release(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept { operator delete(p); }
[[gnu::noinline]] void operator delete[](void* p, std::size_t) noexcept { operator delete(p); }
[[gnu::noinline]] void operator delete(void* p, const std::nothrow_t&) noexcept {
  operator delete(p);
}
[[gnu::noinline]] void operator delete[](void* p, const std::nothrow_t&) noexcept {
  operator delete(p);
}
