// says: crashed by signal 11 (Segmentation fault)
int main() {
  volatile int* nowhere = nullptr;
  *nowhere = 1;
}
