// cowtop: what the processes of a tree really cost, and what was copied since
// the fork.
#include "cowtop/run.h"

int main(int argc, char** argv) { return cowtop::run({argv + 1, argv + argc}); }
