// The smallest firmware with a known footprint: 40 bytes of .data, 100 of .bss.
volatile unsigned char initial[40] = {1};
volatile unsigned char cleared[100];

int main() { return initial[0] + cleared[0]; }
