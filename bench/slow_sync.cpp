// Put before a server's own functions (LD_PRELOAD), each fdatasync takes a millisecond longer: a
// disk that is slower to confirm. The call itself still reaches the disk.

#include <dlfcn.h>
#include <time.h>

extern "C" int fdatasync(int file) {
  using Sync = int (*)(int);
  static const Sync real = reinterpret_cast<Sync>(dlsym(RTLD_NEXT, "fdatasync"));
  constexpr timespec kMillisecond{.tv_sec = 0, .tv_nsec = 1'000'000};
  clock_nanosleep(CLOCK_MONOTONIC, 0, &kMillisecond, nullptr);
  return real(file);
}
