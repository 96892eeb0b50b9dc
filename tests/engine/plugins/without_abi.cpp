// A library that knows nothing of Reckoner.
extern "C" int answer() {
  return 42;
}
