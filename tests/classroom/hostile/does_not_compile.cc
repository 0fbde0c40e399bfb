// says: did not compile
int main() { return nothing; }
