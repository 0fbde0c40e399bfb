// A plugin: tasks that are not part of the program which runs them.
extern "C" int plugin_negate(int number);

extern "C" int plugin_negate(int number) { return -number; }
