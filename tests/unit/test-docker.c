/* test-docker.c - the engine's API against peers that answer, refuse, hang, drip, flood and speak nonsense: a small
 * HTTP server on a unix socket plays them. A new peer is a row in peers[]. */
#include "docker-api.h"

#include "../../harness/platform/docker.h"
#include "cgroup.h"
#include "json.h"
#include "ledger.h"
#include "util.h"
#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>

#define PATIENCE (20 * NSEC_PER_SEC)
#define SHORT (600 * NSEC_PER_MSEC)

#define PING "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: 2\r\n\r\nOK"
#define VERSION                                                                                    \
	"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"           \
	"{\"Version\":\"20.10.24\",\"MinAPIVersion\":\"1.12\",\"Components\":[{\"Name\":\"Engine\"}]}"
#define REMADE "ccccccccccccccc2" /* a run's id */
#define HEAD(status) "HTTP/1.1 " status "\r\nConnection: close\r\n\r\n"

enum manner { ANSWERS, CLOSES, SILENT, DRIPS, FLOODS, REMAKES };

struct script { /* what it says to GET /_ping, GET /version and all else */
	const char *ping, *version, *other;
	enum manner manner; /* of the last of them that is NULL */
};

static char folder[] = "/tmp/tare-docker-XXXXXX";
static char path[64];
static pid_t server;

static void say(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, text, len, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		text += n;
		len -= (size_t)n;
	}
}

static void make_group(void)
{
	cleanup_close int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct cgroups *h = cgroups_open(root, NULL);

	cgroup_free(cgroup_create(h, "tare-" REMADE "/x", NULL, NULL));
	cgroups_close(h);
}

static void misbehave(int fd, enum manner manner)
{
	static char block[65536];
	static const char head[] = HEAD("200 OK");

	switch (manner) {
	case ANSWERS:
	case CLOSES:
		return;
	case SILENT:
		for (;;)
			pause();
	case DRIPS:
		for (size_t i = 0;; i++) {
			struct timespec t = {.tv_nsec = 50 * NSEC_PER_MSEC};

			say(fd, i < strlen(head) ? head + i : " ", 1);
			nanosleep(&t, NULL);
		}
	case REMAKES:
		make_group();
		say(fd, HEAD("204 No Content"), strlen(HEAD("204 No Content")));
		return;
	case FLOODS:
		say(fd, head, strlen(head));
		memset(block, ' ', sizeof(block));
		for (size_t sent = 0; sent < 4UL * DOCKER_ANSWER_MAX; sent += sizeof(block))
			say(fd, block, sizeof(block));
	}
}

static _Noreturn void serve(int listener, const struct script *s)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		char request[65536];
		int fd = accept(listener, NULL, NULL);
		ssize_t n = fd < 0 ? -1 : recv(fd, request, sizeof(request) - 1, 0);
		const char *text;

		if (n > 0) {
			request[n] = '\0';
			text = strstr(request, "/_ping")      ? s->ping
				: strstr(request, "/version") ? s->version
							      : s->other;
			if (text)
				say(fd, text, strlen(text));
			else
				misbehave(fd, s->manner);
		}
		if (fd >= 0)
			close(fd);
	}
}

static void start(const struct script *s)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(path, sizeof(path), "%s/s", folder);
	unlink(path);
	strcpy(a.sun_path, path);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(fd, 8), 0);
	server = fork();
	assert_true(server >= 0);
	if (server == 0)
		serve(fd, s);
	close(fd);
}

static void stop(void)
{
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	unlink(path);
}

static int make_folder(void **data)
{
	(void)data;
	signal(SIGPIPE, SIG_IGN);
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **data)
{
	(void)data;
	return rmdir(folder);
}

static int write_new(const char *file, const char *text)
{
	cleanup_close int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	return fd < 0 ? -1 : write_all(fd, text, strlen(text));
}

/* The error's text with the socket's path as "SOCKET". */
static char *plain(const struct error *err)
{
	const char *at = strstr(err->text, path);

	return at ? xasprintf("%.*sSOCKET%s", (int)(at - err->text), err->text, at + strlen(path))
		  : xstrdup(err->text);
}

static void an_engine_is_agreed_with(void **data)
{
	struct script s = {PING, VERSION, HEAD("200 OK") "{\"a\": [1]}", ANSWERS};
	const struct docker_request r = {.method = "GET", .path = "/x"};
	struct error err = ERROR_INIT;
	struct docker_api *a;
	json_t *out = NULL;

	(void)data;
	start(&s);
	a = docker_open(path, now_ns() + PATIENCE, &err);
	assert_non_null(a);
	assert_int_equal(a->minor, 41);
	assert_string_equal(a->engine, "Docker 20.10.24");
	assert_int_equal(docker_call(a, &r, &out, now_ns() + PATIENCE, &err), 200);
	assert_int_equal(json_integer_value(json_array_get(json_object_get(out, "a"), 0)), 1);
	json_decref(out);
	docker_close(a);
	stop();
}

/* Peers that are no engine: what docker_open() says of them. */
static void no_engine_is_taken_for_one(void **data)
{
	static const struct {
		struct script script;
		const char *text;
		bool late; /* ends by its deadline: only the beginning is compared */
	} peers[] = {
		{{HEAD("200 OK") "OK", NULL, NULL, CLOSES},
			"docker: GET /_ping: header Api-Version, got none of the form 1.N, expected an engine behind SOCKET",
			false},
		{{"HTTP/1.1 200 OK\r\nApi-Version: 2.0\r\nContent-Length: 0\r\n\r\n", NULL, NULL,
			 CLOSES},
			"docker: GET /_ping: header Api-Version, got none of the form 1.N, expected an engine behind SOCKET",
			false},
		{{"HTTP/1.1 200 OK\r\nApi-Version: 1.24\r\nContent-Length: 0\r\n\r\n", NULL, NULL,
			 CLOSES},
			"docker: engine at SOCKET: API version, got 1.0 to 1.24, expected one of 1.32 to 1.47",
			false},
		{{PING, HEAD("200 OK") "{\"Version\":\"99\",\"MinAPIVersion\":\"1.60\"}", NULL,
			 CLOSES},
			"docker: engine at SOCKET: API version, got 1.60 to 1.41, expected one of 1.32 to 1.47",
			false},
		{{PING, HEAD("200 OK") "<html>hello</html>", NULL, CLOSES},
			"docker: GET /version: answer, got \"<html>hello</html>\", expected JSON",
			false},
		{{"SSH-2.0-OpenSSH_9.2\r\n", NULL, NULL, CLOSES},
			"docker: GET /_ping: got an answer that is no HTTP/1.1, expected an engine behind SOCKET",
			false},
		{{NULL, NULL, NULL, CLOSES},
			"docker: GET /_ping: the engine closed the connection before its answer was whole",
			false},
		{{NULL, NULL, NULL, SILENT},
			"docker: the engine was given up: no whole answer to GET /_ping by its deadline, after ",
			true},
		{{NULL, NULL, NULL, DRIPS},
			"docker: the engine was given up: no whole answer to GET /_ping by its deadline, after ",
			true},
		{{NULL, NULL, NULL, FLOODS},
			"docker: GET /_ping: answer, got more than 4194304 B, expected at most that",
			false},
	};

	(void)data;
	for (size_t i = 0; i < ARRAY_SIZE(peers); i++) {
		struct error err = ERROR_INIT;
		cleanup_free char *text = NULL;

		start(&peers[i].script);
		assert_null(docker_open(path, now_ns() + (peers[i].late ? SHORT : PATIENCE), &err));
		text = plain(&err);
		stop();
		if (peers[i].late)
			text[strlen(peers[i].text) < strlen(text) ? strlen(peers[i].text)
								  : strlen(text)] = '\0';
		assert_string_equal(text, peers[i].text);
	}
}

/* An engine that refuses or breaks off: what docker_call() says. */
static void refusals_are_told_in_one_line(void **data)
{
	static const struct {
		const char *answer, *text;
	} rows[] = {
		{HEAD("401 Unauthorized"), "docker: POST /x: refused with 401: no reason given"},
		{HEAD("409 Conflict") "{\"message\":\"Conflict.\\nThe name \\\"x\\\" is in use\"}\n",
			"docker: POST /x: refused with 409: Conflict. The name \"x\" is in use"},
		{HEAD("500 Internal Server Error") "{\"cause\":\"c\",\"message\":\"m\",\"response\":500}",
			"docker: POST /x: refused with 500: m"},
		{HEAD("502 Bad Gateway") "<html>\x1b[31mbad</html>",
			"docker: POST /x: refused with 502: <html>\\x1B[31mbad</html>"},
		{HEAD("301 Moved Permanently") "",
			"docker: POST /x: refused with 301: no reason given"},
		{HEAD("200 OK") "<html></html>",
			"docker: POST /x: answer, got \"<html></html>\", expected JSON"},
		{HEAD("200 OK") "{\"a\":1,\"a\":2}",
			"docker: POST /x: answer, got \"{\"a\":1,\"a\":2}\", expected JSON"},
		{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}",
			"docker: POST /x: the engine closed the connection before its answer was whole"},
	};

	(void)data;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct script s = {PING, VERSION, rows[i].answer, ANSWERS};
		const struct docker_request r = {.method = "POST", .path = "/x"};
		struct error err = ERROR_INIT;
		struct docker_api *a;
		json_t *out = NULL;

		start(&s);
		a = docker_open(path, now_ns() + PATIENCE, &err);
		assert_non_null(a);
		assert_int_equal(docker_call(a, &r, &out, now_ns() + PATIENCE, &err), -1);
		assert_string_equal(err.text, rows[i].text);
		assert_int_equal(err.code, EXIT_ARM);
		assert_null(out);
		docker_close(a);
		stop();
	}
}

/* A deadline is waited for once: the next call fails at once. */
static void a_hanging_engine_is_given_up(void **data)
{
	struct script s = {PING, VERSION, NULL, SILENT};
	const struct docker_request r = {.method = "GET", .path = "/info"};
	struct error err = ERROR_INIT, again = ERROR_INIT;
	struct docker_api *a;
	int64_t begin;

	(void)data;
	start(&s);
	a = docker_open(path, now_ns() + PATIENCE, &err);
	assert_non_null(a);
	assert_int_equal(docker_call(a, &r, NULL, now_ns() + SHORT, &err), -1);
	assert_non_null(strstr(err.text, "no whole answer to GET /info by its deadline"));
	begin = now_ns();
	assert_int_equal(docker_call(a, &r, NULL, now_ns() + 100 * PATIENCE, &again), -1);
	assert_true(now_ns() - begin < PATIENCE);
	assert_string_equal(again.text, err.text);
	docker_close(a);
	stop();
}

static void nobody_there_is_told(void **data)
{
	struct error err = ERROR_INIT, long_err = ERROR_INIT;
	cleanup_free char *text = NULL;

	(void)data;
	snprintf(path, sizeof(path), "%s/none", folder);
	assert_false(docker_listens(path));
	assert_null(docker_open(path, now_ns() + PATIENCE, &err));
	text = plain(&err);
	assert_string_equal(text,
		"docker: no engine answers at SOCKET: No such file or directory; is it running?");
	assert_int_equal(gc_docker(path, "container", "tare-0-x", &long_err), -1);
}

/* Of a dead run: counted by what they are. */
static void what_an_engine_keeps_is_removed(void **data)
{
	struct script s = {PING, VERSION, HEAD("200 OK") "[]", ANSWERS};
	struct script gone = {PING, VERSION, HEAD("404 Not Found") "{}", ANSWERS};
	static const char id[] = "ccccccccccccccc1";
	const struct script *const peers[] = {&s, &gone};
	cleanup_free char *run = xasprintf("%s/%s", folder, id);
	cleanup_free char *ledger = xasprintf("%s/ledger", run);

	(void)data;
	for (size_t k = 0; k < ARRAY_SIZE(peers); k++) {
		struct gc_report r = {0};
		struct error err = ERROR_INIT;
		cleanup_free char *text = NULL;

		start(peers[k]);
		text = xasprintf(
			"run %s 1 1\ncontainer %s tare-%s-a\ncontainer %s tare-%s-b\nimage %s tare-%s/x:latest\n",
			id, path, id, path, id, path, id);
		assert_int_equal(mkdir(run, 0700), 0);
		assert_int_equal(write_new(ledger, text), 0);
		assert_int_equal(gc_run(folder, id, &r, &err), 0);
		assert_int_equal(r.containers, k ? 0 : 2);
		assert_int_equal(r.images, k ? 0 : 1);
		assert_int_equal(r.domains, 0);
		assert_int_equal(r.runs, 1);
		json_decref(r.names);
		stop();
	}
}

/* An engine that was starting a container when its run was removed makes its cgroup anew before it answers. */
static void a_group_made_anew_is_removed(void **data)
{
	static const struct script s = {PING, VERSION, NULL, REMAKES};
	cleanup_free char *run = xasprintf("%s/%s", folder, REMADE);
	cleanup_free char *ledger = xasprintf("%s/ledger", run);
	cleanup_free char *text =
		xasprintf("run %s 1 1\ncgroup tare-%s\ncontainer %s/s tare-%s-x\n", REMADE, REMADE,
			folder, REMADE);
	cleanup_close int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct cgroups *h = cgroups_open(root, NULL);
	struct gc_report r = {0};
	struct error err = ERROR_INIT;
	char **left;

	(void)data;
	if (geteuid() != 0) {
		print_message("SKIP: needs root to make cgroups\n");
		skip();
	}
	assert_int_equal(mkdir(run, 0700), 0);
	assert_int_equal(write_new(ledger, text), 0);
	start(&s);
	assert_int_equal(gc_run(folder, REMADE, &r, &err), 0);
	stop();
	assert_int_equal(r.containers, 1);
	left = cgroups_list(h, "tare-" REMADE);
	assert_true(!left || !left[0]);
	assert_false(access(run, F_OK) == 0);
	free(left);
	cgroups_close(h);
	json_decref(r.names);
}

/* The row of JSON objects that an import answers with. */
static void a_stream_ends_with_its_last_word(void **data)
{
	static const struct {
		const char *answer, *status, *text;
	} rows[] = {
		{HEAD("200 OK") "{\"status\":\"a\"}\r\n{\"status\":\"b\"}\r\n", "b", NULL},
		{HEAD("200 OK") "", NULL, NULL},
		{HEAD("200 OK") "{\"status\":\"a\"}\n{\"error\":\"no space left\"}\n", NULL,
			"docker: POST /x: no space left"},
		{HEAD("200 OK") "{\"status\":\"a\"}\n<html>", NULL,
			"docker: POST /x: answer, expected JSON"},
	};

	(void)data;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct script s = {PING, VERSION, rows[i].answer, ANSWERS};
		const struct docker_request r = {.method = "POST", .path = "/x", .stream = true};
		struct error err = ERROR_INIT;
		struct docker_api *a;
		json_t *out = NULL;
		int rc;

		start(&s);
		a = docker_open(path, now_ns() + PATIENCE, &err);
		assert_non_null(a);
		rc = docker_call(a, &r, &out, now_ns() + PATIENCE, &err);
		assert_int_equal(rc, rows[i].text ? -1 : 200);
		assert_string_equal(err.text, rows[i].text ? rows[i].text : "");
		if (rows[i].status)
			assert_string_equal(
				json_string_value(json_object_get(out, "status")), rows[i].status);
		json_decref(out);
		docker_close(a);
		stop();
	}
}

static void only_local_engines_are_taken(void **data)
{
	static const char *const refused[] = {"tcp://127.0.0.1:2375", "ssh://host", "unix://",
		"unix://relative", "npipe:////./pipe/x", "/run/docker.sock", "UNIX:///x"};
	struct error none = ERROR_INIT;
	char *p = docker_host_path("unix:///run/x.sock", &none);

	(void)data;
	assert_string_equal(p, "/run/x.sock");
	free(p);
	assert_null(docker_host_path(NULL, &none));
	assert_null(docker_host_path("", &none));
	assert_int_equal(none.code, 0);
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		struct error err = ERROR_INIT;
		cleanup_free char *text = xasprintf(
			"docker: DOCKER_HOST, got %s, expected unix:///PATH: of a remote engine's instances /proc cannot be read here; run tare on that host",
			refused[i]);

		assert_null(docker_host_path(refused[i], &err));
		assert_string_equal(err.text, text);
		assert_int_equal(err.code, EXIT_PREREQUISITE);
	}
}

static void names_are_escaped(void **data)
{
	char *e = docker_escape("a/b:c?d=1&e f%\xc3\xa4");

	(void)data;
	assert_string_equal(e, "a%2Fb%3Ac%3Fd%3D1%26e%20f%25%C3%A4");
	free(e);
}

static void the_runtimes_known_are_named(void **data)
{
	json_t *info = json_pack(
		"{s:{s:{s:s}, s:{}}}", "Runtimes", "runc", "path", "/usr/bin/runc", "kata");
	char *known = NULL;
	const char *program = "x";

	(void)data;
	assert_int_equal(docker_find_runtime(info, "runsc", &known, &program), -1);
	assert_string_equal(known, "runc, kata");
	assert_null(program);
	free(known);
	assert_int_equal(docker_find_runtime(info, "runc", &known, &program), 0);
	assert_string_equal(program, "/usr/bin/runc");
	free(known);
	json_decref(info);
}

/* The limits of the arm "container", and nothing that the engine's user has not. */
static void a_container_is_asked_for_with_its_limits(void **data)
{
	const struct cgroup_limits limits = {.memory = 64 << 20, .cpus = "1", .pids = 512};
	struct docker_wanted w = {.image = "i",
		.runtime = "runc",
		.hostname = "h",
		.cgroup = "/tare-x/h",
		.socket = "/s",
		.address = "10.222.0.7",
		.limits = &limits,
		.nproc_soft = 100,
		.nproc_hard = -1};
	cleanup_free char *text = NULL;
	json_t *o = docker_container_json(&w);

	(void)data;
	text = json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS);
	assert_string_equal(text,
		"{\"AttachStderr\":false,\"AttachStdout\":false,\"Cmd\":[\"/tare/agent\"],\"Entrypoint\":[],"
		"\"HostConfig\":{\"CgroupParent\":\"/tare-x/h\",\"CpusetCpus\":\"1\","
		"\"LogConfig\":{\"Type\":\"none\"},\"Memory\":67108864,\"MemorySwap\":67108864,"
		"\"Mounts\":[{\"Source\":\"/s\",\"Target\":\"" WIRE_SOCKET
		"\",\"Type\":\"bind\"}],\"NetworkMode\":\"tare\",\"PidsLimit\":512,\"ReadonlyRootfs\":true,"
		"\"Runtime\":\"runc\",\"Tmpfs\":{\"/tmp\":\"rw,nosuid,nodev,mode=1777\"},"
		"\"Ulimits\":[{\"Hard\":-1,\"Name\":\"nproc\",\"Soft\":100},"
		"{\"Hard\":1024,\"Name\":\"nofile\",\"Soft\":1024},{\"Hard\":0,\"Name\":\"core\",\"Soft\":0},"
		"{\"Hard\":-1,\"Name\":\"stack\",\"Soft\":8388608},"
		"{\"Hard\":65536,\"Name\":\"memlock\",\"Soft\":65536},{\"Hard\":-1,\"Name\":\"fsize\",\"Soft\":-1}]},"
		"\"Hostname\":\"h\",\"Image\":\"i\",\"NetworkingConfig\":{\"EndpointsConfig\":{\"tare\":"
		"{\"IPAMConfig\":{\"IPv4Address\":\"10.222.0.7\"}}}},\"Tty\":false,\"WorkingDir\":\"/\"}");
	json_decref(o);
	w.address = "";
	o = docker_container_json(&w);
	assert_null(json_object_get(o, "NetworkingConfig"));
	assert_null(json_object_get(json_object_get(o, "HostConfig"), "NetworkMode"));
	json_decref(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_engine_is_agreed_with),
		cmocka_unit_test(no_engine_is_taken_for_one),
		cmocka_unit_test(refusals_are_told_in_one_line),
		cmocka_unit_test(a_hanging_engine_is_given_up),
		cmocka_unit_test(nobody_there_is_told),
		cmocka_unit_test(what_an_engine_keeps_is_removed),
		cmocka_unit_test(a_group_made_anew_is_removed),
		cmocka_unit_test(a_stream_ends_with_its_last_word),
		cmocka_unit_test(only_local_engines_are_taken),
		cmocka_unit_test(names_are_escaped),
		cmocka_unit_test(the_runtimes_known_are_named),
		cmocka_unit_test(a_container_is_asked_for_with_its_limits),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
