/* test-runtime-watch.c - the system calls of a known process are counted, and it is stopped and goes on. */
#include "../../harness/probe/runtime-watch.h"

#include "procfs.h"
#include "util.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cmocka.h>

#define CALLS 5000

struct subject {
	pid_t pid;
	int go, done; /* a byte makes CALLS calls; a byte says that they are made */
	struct runtime_watch watch;
};

static void *make_calls(void *data)
{
	(void)data;
	for (int i = 0; i < CALLS; i++)
		syscall(SYS_getppid);
	return NULL;
}

/* Half of them by a thread that is not there yet when counting begins. */
static void subject_main(int go, int done)
{
	char byte;

	while (read(go, &byte, 1) == 1) {
		pthread_t thread;

		if (pthread_create(&thread, NULL, make_calls, NULL) != 0)
			_exit(1);
		make_calls(NULL);
		pthread_join(thread, NULL);
		if (write(done, &byte, 1) != 1)
			break;
	}
	_exit(0);
}

static int setup(void **state)
{
	struct subject *s = xcalloc(1, sizeof(*s));
	int go[2], done[2];

	if (pipe2(go, O_CLOEXEC) < 0 || pipe2(done, O_CLOEXEC) < 0)
		return -1;
	s->pid = fork();
	if (s->pid == 0) {
		close(go[1]);
		close(done[0]);
		subject_main(go[0], done[1]);
	}
	close(go[0]);
	close(done[1]);
	s->go = go[1];
	s->done = done[0];
	s->watch.root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	s->watch.n = 1;
	s->watch.pids = xcalloc(1, sizeof(*s->watch.pids));
	s->watch.pidfds = xcalloc(1, sizeof(*s->watch.pidfds));
	s->watch.pids[0] = s->pid;
	s->watch.pidfds[0] = (int)syscall(SYS_pidfd_open, s->pid, 0);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct subject *s = *state;
	int status;

	close(s->watch.root);
	runtime_watch_close(&s->watch);
	close(s->go);
	close(s->done);
	waitpid(s->pid, &status, 0);
	free(s);
	return 0;
}

static void round_of(struct subject *s)
{
	char byte = 'g';

	assert_int_equal(write(s->go, &byte, 1), 1);
	assert_int_equal(read(s->done, &byte, 1), 1);
}

static void calls_are_counted(void **state)
{
	struct subject *s = *state;
	char tmp[] = "/tmp/tare-test-watch-XXXXXX";
	struct lab lab = {.root = s->watch.root};
	cleanup_free char *reason = NULL, *trace = NULL;
	struct syscall_count calls;
	uint64_t none, some;

	assert_non_null(mkdtemp(tmp));
	trace = xasprintf("%s/trace", tmp);
	lab.tmp = tmp;
	if (syscall_count_open(&calls, &lab, &s->watch, &reason) > 0) {
		rmdir(trace);
		rmdir(tmp);
		printf("SKIP: %s\n", reason);
		skip();
	}
	none = syscall_count_read(&calls);
	round_of(s);
	some = syscall_count_read(&calls) - none;
	syscall_count_close(&calls);
	rmdir(trace);
	rmdir(tmp);
	assert_int_equal(none, 0);
	/* Beside them: the thread's making and end, two reads and writes. */
	assert_in_range(some, 2 * CALLS, 2 * CALLS + 200);
}

static char state_of(const struct subject *s)
{
	struct error err = ERROR_INIT;
	struct process_stat st;
	bool gone = false;

	assert_int_equal(proc_stat(s->watch.root, s->pid, &st, &gone, &err), 0);
	assert_false(gone);
	return st.state;
}

static void stopped_and_going_on(void **state)
{
	struct subject *s = *state;
	struct error err = ERROR_INIT;

	round_of(s);
	assert_int_equal(runtime_watch_stop(&s->watch, &err), 0);
	assert_int_equal(state_of(s), 'T');
	runtime_watch_continue(&s->watch);
	round_of(s);
	assert_int_equal(runtime_watch_stop(&s->watch, &err), 0);
	/* Closing lets it go on too: the teardown waits for its end. */
	runtime_watch_close(&s->watch);
	s->watch.root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	round_of(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(calls_are_counted, setup, teardown),
		cmocka_unit_test_setup_teardown(stopped_and_going_on, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
