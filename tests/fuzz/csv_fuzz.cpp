// CSV without ids of its own.

#include "files.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace reckoner;
  static const metering::Mapping mapping =
      metering::parse_mapping("format=csv,subject=s,time=t,type:=x,n=n,time-zone=UTC");
  fuzz::check_file(fuzz::text_of(data, size), mapping);
  return 0;
}
