/* accel.c - proves KVM by booting a guest: that /dev/kvm opens, makes a VM and runs firmware proves nothing. */
#include "accel.h"

#include "guest-kernel.h"
#include "json.h"
#include "lab.h"
#include "util.h"
#include "wait.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* A kernel under working KVM prints from its first milliseconds on and is done within a second. */
#define QUIET (3 * NSEC_PER_SEC)
#define MOST (10 * NSEC_PER_SEC)
#define CONSOLE_MAX (1u << 20)
#define PROOF "accel.json"
#define SCHEMA "tare/accel/2"

char *emulator_find(struct error *err)
{
	static const char name[] = "qemu-system-x86_64";
	const char *path = getenv("PATH");
	cleanup_free char *dirs = xasprintf("%s:/usr/bin:/usr/local/bin", path ? path : "");

	for (char *save, *d = strtok_r(dirs, ":", &save); d; d = strtok_r(NULL, ":", &save)) {
		cleanup_free char *full = xasprintf("%s/%s", d, name);

		if (*d == '/' && access(full, X_OK) == 0)
			return steal_ptr(full);
	}
	if (access("/usr/libexec/qemu-kvm", X_OK) == 0)
		return xstrdup("/usr/libexec/qemu-kvm");
	error_set(err, EXIT_PREREQUISITE, "vm: no %s in $PATH; run: make setup", name);
	return NULL;
}

char *firmware_find(void)
{
	static const char *const places[] = {"/usr/share/qemu/qboot.rom",
		"/usr/share/qemu-kvm/qboot.rom", "/usr/share/seabios/qboot.rom"};

	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (access(places[i], R_OK) == 0)
			return xstrdup(places[i]);
	return NULL;
}

static void run_guest(
	int out, const char *accelerator, const char *emulator, const char *kernel, pid_t parent)
{
	cleanup_free char *firmware = firmware_find();
	const char *argv[32] = {emulator, "-no-user-config", "-nodefaults", "-display", "none",
		"-machine", "q35,usb=off,vmport=off", "-accel", accelerator, "-cpu",
		!strcmp(accelerator, "kvm") ? "host" : "qemu64", "-m", "128", "-no-reboot",
		"-kernel", kernel, "-append",
		"console=ttyS0 earlyprintk=serial,ttyS0,115200 panic=-1 cryptomgr.notests",
		"-serial", "stdio"};
	size_t n = 0;
	int null = open("/dev/null", O_RDWR);

	while (argv[n])
		n++;
	if (firmware) {
		argv[n++] = "-bios";
		argv[n++] = firmware;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	interrupt_reset_child();
	if (getppid() != parent || null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 ||
		dup2(out, 2) < 0)
		_exit(127);
	syscall(SYS_close_range, 3, ~0U, 0);
	execv(emulator, (char **)(uintptr_t)argv);
	_exit(127);
}

/* Early console and console may both write to the port: then each character is there twice. */
static void undouble(char *line)
{
	size_t n = strlen(line), pairs = 0;

	for (size_t i = 0; i + 1 < n; i += 2)
		pairs += line[i] == line[i + 1];
	if (n < 8 || pairs < n / 2)
		return;
	for (size_t i = 0; i <= n / 2; i++)
		line[i] = line[2 * i];
	line[(n + 1) / 2] = '\0';
}

/* The console's last line. */
static const char *last_line(char *text, size_t used)
{
	char *line;

	while (used > 0 && (text[used - 1] == '\n' || text[used - 1] == '\r'))
		used--;
	text[used] = 0;
	line = strrchr(text, '\n');
	line = line ? line + 1 : text;
	undouble(line);
	return line;
}

static int watch(int fd, const char *accelerator, int64_t quiet, int64_t most, struct error *err)
{
	cleanup_free char *text = xmalloc(CONSOLE_MAX + 1);
	int64_t begin = now_ns(), end = begin + most;
	char safe[SAFE_TEXT_SIZE];
	size_t used = 0;

	for (;;) {
		int64_t limit = now_ns() + quiet < end ? now_ns() + quiet : end;
		int rc = wait_fd(fd, POLLIN, limit, err);
		ssize_t n;

		if (rc < 0)
			return -1;
		if (rc == 0 && used == 0)
			return error_set(err, EXIT_PREREQUISITE,
				"%s: a guest kernel printed nothing within %.1f s", accelerator,
				(double)(now_ns() - begin) / NSEC_PER_SEC);
		if (rc == 0)
			return error_set(err, EXIT_PREREQUISITE,
				"%s: a guest kernel makes no progress; its console ends \"%s\"",
				accelerator, safe_text(last_line(text, used), safe));
		n = read(fd, text + used, CONSOLE_MAX - used);
		if (n <= 0)
			return error_set(err, EXIT_PREREQUISITE,
				"%s: QEMU ended before its guest kernel had booted: \"%s\"",
				accelerator, safe_text(last_line(text, used), safe));
		used += (size_t)n;
		text[used] = 0;
		if (strstr(text, "Unable to mount root fs"))
			return 0;
	}
}

int accel_prove(const char *accelerator, const char *emulator, const char *kernel, int64_t quiet,
	int64_t most, struct error *err)
{
	cleanup_close int in = -1, out = -1;
	pid_t parent = getpid(), pid;
	int pipes[2], rc;

	if (pipe2(pipes, O_CLOEXEC) < 0)
		return error_errno(err, EXIT_INTERNAL, errno, "accel: pipe");
	in = pipes[0];
	out = pipes[1];
	pid = fork();
	if (pid == 0)
		run_guest(out, accelerator, emulator, kernel, parent);
	if (pid < 0)
		return error_errno(err, EXIT_INTERNAL, errno, "accel: fork");
	close(steal_fd(&out));
	rc = watch(in, accelerator, quiet, most, err);
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return rc;
}

/* What can be said without a guest. 0 = worth a try. */
static int try_device(struct error *err)
{
	cleanup_close int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC), vm = -1;

	if (fd < 0 && errno == ENOENT)
		return error_set(err, EXIT_PREREQUISITE,
			"kvm: no /dev/kvm; the CPU's virtualization may be off in the firmware, or this is a VM without nested virtualization");
	if (fd < 0 && (errno == EACCES || errno == EPERM))
		return error_set(err, EXIT_PREREQUISITE,
			"kvm: no right to open /dev/kvm; run: sudo usermod -aG kvm $USER, and log in again");
	if (fd < 0)
		return error_errno(err, EXIT_PREREQUISITE, errno, "kvm: cannot open /dev/kvm");
	vm = ioctl(fd, KVM_CREATE_VM, 0);
	if (vm < 0)
		return error_errno(err, EXIT_PREREQUISITE, errno, "kvm: cannot make a VM");
	return 0;
}

/* What a proof holds for: this boot of the host, this QEMU, this kernel. */
static char *proof_key(const char *emulator, const char *kernel)
{
	cleanup_free char *boot_id =
		read_file_at(AT_FDCWD, "/proc/sys/kernel/random/boot_id", 64, NULL);
	struct stat q = {.st_size = 0}, k = {.st_size = 0};

	stat(emulator, &q);
	stat(kernel, &k);
	if (boot_id)
		boot_id[strcspn(boot_id, "\n")] = 0;
	return xasprintf("%s %s %lld.%09ld %s %lld.%09ld uid %u", boot_id ? boot_id : "", emulator,
		(long long)q.st_mtim.tv_sec, q.st_mtim.tv_nsec, kernel, (long long)k.st_mtim.tv_sec,
		k.st_mtim.tv_nsec, (unsigned)geteuid());
}

static bool recall(const char *file, const char *key, struct accel *out)
{
	struct error ignored = ERROR_INIT;
	cleanup_json json_t *j = json_read_object(AT_FDCWD, file, 65536, file, &ignored);
	const char *text = json_string_value(json_object_get(j, "for"));
	const char *reason = json_string_value(json_object_get(j, "reason"));

	const char *schema = json_string_value(json_object_get(j, "schema"));

	if (!schema || strcmp(schema, SCHEMA) != 0)
		return false;
	if (!text || !reason || strcmp(text, key) != 0 ||
		!json_is_boolean(json_object_get(j, "kvm")))
		return false;
	out->kvm = json_is_true(json_object_get(j, "kvm"));
	snprintf(out->reason, sizeof(out->reason), "%s", reason);
	return true;
}

/* A proof that cannot be kept is only made again. */
static void keep(const char *folder, const char *file, const char *key, const struct accel *a)
{
	cleanup_json json_t *j = json_pack("{s:s, s:s, s:b, s:s}", "schema", SCHEMA, "for", key,
		"kvm", a->kvm, "reason", a->reason);
	cleanup_free char *text = j ? json_dumps(j, JSON_INDENT(1)) : NULL;
	struct error ignored = ERROR_INIT;

	if (!text)
		return;
	mkdir(folder, 0755);
	replace_file_at(AT_FDCWD, file, text, strlen(text), &ignored);
}

static int prove(struct accel *out, struct error *err)
{
	cleanup_free char *emulator = emulator_find(err);
	cleanup_free char *state = state_folder();
	cleanup_free char *file = xasprintf("%s/" PROOF, state);
	cleanup_free char *key = NULL;
	struct guest_kernel kernel;
	struct error why = ERROR_INIT;
	int64_t begin = now_ns();

	if (!emulator || guest_kernel_find(NULL, NULL, false, &kernel, err) < 0)
		return -1;
	key = proof_key(emulator, kernel.image);
	if (recall(file, key, out)) {
		guest_kernel_free(&kernel);
		return 0;
	}
	out->kvm = accel_prove("kvm", emulator, kernel.image, QUIET, MOST, &why) == 0;
	if (out->kvm)
		snprintf(out->reason, sizeof(out->reason), "kvm: a guest booted %s in %.1f s",
			kernel.release, (double)(now_ns() - begin) / NSEC_PER_SEC);
	else
		snprintf(out->reason, sizeof(out->reason), "%.255s", why.text);
	guest_kernel_free(&kernel);
	if (why.code == EXIT_INTERRUPTED || why.code == EXIT_TERMINATED ||
		why.code == EXIT_INTERNAL)
		return error_set(err, why.code, "%s", why.text);
	keep(state, file, key, out);
	return 0;
}

bool accel_expect_kvm(const char *wish)
{
	struct error ignored = ERROR_INIT;
	cleanup_free char *emulator = NULL, *state = NULL, *file = NULL, *key = NULL;
	struct guest_kernel kernel;
	struct accel known = {.kvm = true};

	if (!strcmp(wish, "tcg") || try_device(&ignored) < 0)
		return false;
	emulator = emulator_find(&ignored);
	if (!emulator || guest_kernel_find(NULL, NULL, false, &kernel, &ignored) < 0)
		return true;
	state = state_folder();
	file = xasprintf("%s/" PROOF, state);
	key = proof_key(emulator, kernel.image);
	guest_kernel_free(&kernel);
	recall(file, key, &known);
	return known.kvm;
}

int accel_choose(const char *wish, struct accel *out, struct error *err)
{
	struct accel a = {.kvm = false};
	struct error why = ERROR_INIT;

	if (!strcmp(wish, "tcg")) {
		*out = (struct accel){.reason = "tcg: asked for"};
		return 0;
	}
	if (try_device(&why) < 0)
		snprintf(a.reason, sizeof(a.reason), "%.255s", why.text);
	else if (prove(&a, err) < 0)
		return -1;
	if (!a.kvm && !strcmp(wish, "kvm"))
		return error_set(err, EXIT_PREREQUISITE,
			"%s; run with --accel tcg, whose times say nothing about VMs", a.reason);
	*out = a;
	return 0;
}
