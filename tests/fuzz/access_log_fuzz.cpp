// Apache's combined log.

#include "files.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace reckoner;
  static const metering::Mapping mapping =
      metering::parse_mapping("format=access-log,type:=x,request=request,agent=agent,bytes=bytes");
  fuzz::check_file(fuzz::text_of(data, size), mapping);
  return 0;
}
