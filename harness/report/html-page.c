/* html-page.c - page.css and page.js, taken into the program as they are: the compiler runs at the root of the tree.
 * To change how report.html looks or sorts, change those. */
#include "html.h"

/* clang-format off */
__asm__(".pushsection .rodata\n"
	".globl html_style\nhtml_style:\n.incbin \"harness/report/page.css\"\n.byte 0\n"
	".globl html_script\nhtml_script:\n.incbin \"harness/report/page.js\"\n.byte 0\n"
	".popsection\n");
/* clang-format on */
