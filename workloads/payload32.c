/* A 32-bit program without a C library: maps until it is refused, touches a little of it, tells both and waits.
 * Built apart (Makefile) and carried inside the agent; nothing of it is linked there. */
#ifdef __i386__
#define CHUNK (16u << 20)
#define TOUCH (8u << 20)
#define PAGE 4096u

enum { NR_EXIT = 1, NR_READ = 3, NR_WRITE = 4, NR_MMAP2 = 192 };

static long call3(long nr, long a, long b, long c)
{
	long out;

	__asm__ volatile("int $0x80" : "=a"(out) : "a"(nr), "b"(a), "c"(b), "d"(c) : "memory");
	return out;
}

/* The sixth argument goes through ebp, which the compiler keeps for itself: 0 is pushed and popped around. */
static unsigned long map(unsigned long size)
{
	unsigned long out;

	__asm__ volatile("push %%ebp; xor %%ebp, %%ebp; int $0x80; pop %%ebp"
			 : "=a"(out)
			 : "a"(NR_MMAP2), "b"(0), "c"(size), "d"(3), "S"(0x4022), "D"(-1)
			 : "memory");
	return out;
}

static int refused(unsigned long address)
{
	return address > 0xfffff000ul;
}

void start(void);
__attribute__((used)) void start(void)
{
	unsigned told[2] = {0, 0};
	unsigned long first = 0;
	char byte;

	/* Large pieces first, then what is left between them. */
	for (unsigned long size = CHUNK; size >= PAGE; size /= 4)
		for (;;) {
			unsigned long at = map(size);

			if (refused(at))
				break;
			if (!first)
				first = at;
			told[0] += size / PAGE;
		}
	for (unsigned i = 0; first && i < TOUCH / PAGE; i++, told[1]++)
		*(volatile char *)(first + i * PAGE) = 1;
	call3(NR_WRITE, 1, (long)told, sizeof(told));
	call3(NR_READ, 0, (long)&byte, 1);
	for (;;)
		call3(NR_EXIT, 0, 0, 0);
}
__asm__(".globl _start\n_start: and $-16, %esp\ncall start\n");
#else
typedef int payload32_is_for_x86; /* another architecture has none */
#endif
