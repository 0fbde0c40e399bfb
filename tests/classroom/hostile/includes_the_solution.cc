// says: did not compile
#define SOLUTION 1
#include "ROOT/lessons/04_global/exercise/exercise.cc"
int main() {}
