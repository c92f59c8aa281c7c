# tare: `make help` lists the goals.
BUILD ?= build
JOBS ?= $(shell nproc 2>/dev/null || echo 1)
CC ?= gcc
WERROR ?= -Werror
PREFIX ?= /usr/local
DATADIR ?= $(PREFIX)/share/tare
VERSION := $(shell sed -n 's/^.define TARE_VERSION "\(.*\)"$$/\1/p' include/version.h)

PACKAGES := libvirt libcurl jansson libnl-3.0 libnl-route-3.0 libseccomp libcap-ng libarchive libnftables
WARN := -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wmissing-prototypes -Wstrict-prototypes
CFLAGS ?= -O2 -g
ALL_CFLAGS := -std=gnu17 -D_GNU_SOURCE -Iinclude -DTARE_DATADIR='"$(DATADIR)"' $(WARN) $(WERROR) \
	-MMD -MP $(CFLAGS)
PKG_CFLAGS := $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
PKG_LIBS := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -lm
Q := $(if $(V),,@)

# The launcher runs outside the harness: it is not part of the archive.
LAUNCHER := harness/platform/vm-launcher.c
HARNESS := $(filter-out harness/main.c $(LAUNCHER),$(wildcard harness/*.c harness/*/*.c))
# The agent shares two pure files with the harness.
AGENT := $(filter-out workloads/payload32.c,$(wildcard workloads/*.c)) harness/sha256.c harness/wire.c
UNIT := $(wildcard tests/unit/test-*.c)
OBJ := $(HARNESS:%.c=$(BUILD)/obj/%.o)
AGENT_OBJ := $(AGENT:%.c=$(BUILD)/obj/%.o)
UNIT_BIN := $(UNIT:tests/unit/%.c=$(BUILD)/tests/%)

.PHONY: all
all: $(BUILD)/tare $(BUILD)/agent $(BUILD)/vm-launcher

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)$(CC) $(ALL_CFLAGS) $(PKG_CFLAGS) -c $< -o $@

# What it takes in without an #include.
$(BUILD)/obj/harness/report/html-page.o: harness/report/page.css harness/report/page.js

$(BUILD)/libtare.a: $(OBJ)
	@echo "  AR      $@"
	$(Q)rm -f $@ && ar rcs $@ $^

$(BUILD)/tare: $(BUILD)/obj/harness/main.o $(BUILD)/libtare.a
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(PKG_LIBS) -o $@

# A 32-bit program that the agent carries (x86-64 only): no C library, so no other headers or libraries are needed.
PAYLOAD32 := $(if $(findstring x86_64,$(shell $(CC) -dumpmachine 2>/dev/null)),$(BUILD)/payload32)
$(BUILD)/payload32: workloads/payload32.c
	@mkdir -p $(@D)
	@echo "  CC      $@"
	$(Q)$(CC) -m32 -O1 -std=gnu17 $(WARN) $(WERROR) -ffreestanding -fno-pie -fno-stack-protector \
		-fno-asynchronous-unwind-tables -nostdlib -static -Wl,--build-id=none -s $< -o $@

$(BUILD)/obj/workloads/try-virtual32.o: $(PAYLOAD32)
$(BUILD)/obj/workloads/try-virtual32.o: ALL_CFLAGS += $(if $(PAYLOAD32),-DPAYLOAD32='"$(PAYLOAD32)"')

# Static and small: the very same bytes are PID 1 in a VM and a container and a child on the host.
$(BUILD)/agent: $(AGENT_OBJ)
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) -static -Wl,--gc-sections $^ -o $@ && strip $@

$(BUILD)/vm-launcher: $(BUILD)/obj/$(LAUNCHER:.c=.o)
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) -static $^ -o $@ && strip $@

# Asserts from inside a container what it may not do: a workload of the tests.
$(BUILD)/jail-probe: $(BUILD)/obj/tests/system/jail-probe.o
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) -static $^ -o $@

$(BUILD)/tests/%: tests/unit/%.c $(BUILD)/libtare.a
	@mkdir -p $(@D)
	@echo "  LD      $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(PKG_CFLAGS) $(LDFLAGS) $< $(BUILD)/libtare.a $(PKG_LIBS) -lcmocka -o $@

# Goals given together with setup run one after the other, setup first.
ifneq ($(filter setup,$(MAKECMDGOALS)),)
.NOTPARALLEL:
endif
# What setup installs depends on what else is asked for in the same call.
TEST_GOALS := check unit system lint san cov perf soak fuzz
.PHONY: setup bench nightly check unit system lint san cov perf soak clean help install man dist
setup: ## install what is needed (Debian, Ubuntu), fill the guest-kernel cache
	@sh harness/setup.sh $(if $(filter $(TEST_GOALS),$(MAKECMDGOALS)),--tests)

# Under sudo the build belongs to the caller, as the results do.
GIVE := $(if $(SUDO_UID),chown -R $(SUDO_UID):$(SUDO_GID) $(BUILD) 2>/dev/null || true,true)

bench: ## build, run the default plan, draw the charts
	@$(MAKE) --no-print-directory -j$(JOBS) all && $(GIVE)
	$(BUILD)/tare run $(PLAN) $(RUN_FLAGS)

# The exit code is make's: who needs that of the night calls tare nightly, or reads nightly.json.
nightly: ## one night for CI: run, history, confirmation, reports; PLAN, NIGHTLY_FLAGS="--to URL ..."
	@$(MAKE) --no-print-directory -j$(JOBS) all && $(GIVE)
	$(BUILD)/tare nightly $(PLAN) $(NIGHTLY_FLAGS)

check: ## every test this host can run; MUST=1 makes a skip a failure
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory -j$(JOBS) all units && $(MAKE) --no-print-directory san-units && $(GIVE)
	@BUILD=$(BUILD) SAN_BUILDS="$(SAN_BUILDS)" bash tests/run.sh all

.PHONY: units san-units
units: $(UNIT_BIN) $(if $(findstring sanitize,$(CFLAGS)),,$(BUILD)/agent $(BUILD)/jail-probe)

unit: ## unit tests
	@$(MAKE) --no-print-directory -j$(JOBS) all units
	@BUILD=$(BUILD) bash tests/run.sh unit

system: ## tests on real platforms
	@$(MAKE) --no-print-directory -j$(JOBS) all units
	@BUILD=$(BUILD) bash tests/run.sh system

lint: ## clang-format, clang-tidy, cppcheck, shellcheck, include rules
	@bash tests/lint.sh

SAN_BUILDS := $(BUILD)-gcc-san $(BUILD)-clang-san
SAN := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
san-units:
	@$(MAKE) --no-print-directory -j$(JOBS) BUILD=$(BUILD)-gcc-san CFLAGS="$(SAN)" units
	@$(MAKE) --no-print-directory -j$(JOBS) BUILD=$(BUILD)-clang-san CC=clang CFLAGS="$(SAN) -fsanitize=fuzzer-no-link" units
	@$(MAKE) --no-print-directory -j$(JOBS) fuzz-targets
	@# Static programs cannot carry sanitizers: the plain ones serve.
	@for b in $(SAN_BUILDS); do cp $(BUILD)/agent $(BUILD)/jail-probe $(BUILD)/vm-launcher $$b/; done

san: ## unit tests under ASan and UBSan, gcc and clang
	@$(MAKE) --no-print-directory -j$(JOBS) all && $(MAKE) --no-print-directory san-units
	@BUILD=$(BUILD)-gcc-san SAN_BUILDS=$(BUILD)-clang-san TARE=$(CURDIR)/$(BUILD)/tare \
		TARE_AGENT=$(CURDIR)/$(BUILD)/agent bash tests/run.sh unit

# libFuzzer's targets, on clang's sanitizer build.
FUZZ := $(wildcard tests/fuzz/fuzz-*.c)
FUZZ_BIN := $(FUZZ:tests/fuzz/%.c=$(BUILD)/fuzz/%)
$(BUILD)/fuzz/%: tests/fuzz/%.c tests/fuzz/folder.c $(BUILD)/libtare.a
	@mkdir -p $(@D)
	@echo "  LD      $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(PKG_CFLAGS) -fsanitize=fuzzer $< tests/fuzz/folder.c $(BUILD)/libtare.a $(PKG_LIBS) -o $@

.PHONY: fuzz fuzz-targets fuzz-bins
fuzz-bins: $(FUZZ_BIN)
fuzz-targets:
	@$(MAKE) --no-print-directory -j$(JOBS) BUILD=$(BUILD)-clang-san CC=clang CFLAGS="$(SAN) -fsanitize=fuzzer-no-link" fuzz-bins

fuzz: fuzz-targets ## each reader of foreign data under libFuzzer, FUZZ_SECONDS=30 each
	@bash tests/fuzz/run.sh $(BUILD)-clang-san/fuzz

cov: ## line coverage of the unit tests
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@$(MAKE) --no-print-directory -j$(JOBS) BUILD=$(BUILD)-cov CFLAGS="-O0 -g --coverage" units
	@BUILD=$(BUILD)-cov TARE=$(CURDIR)/$(BUILD)/tare TARE_AGENT=$(CURDIR)/$(BUILD)/agent bash tests/run.sh unit || true
	@bash tests/coverage.sh $(BUILD)-cov

perf: all ## side by side with runc, bubblewrap, plain QEMU, iperf3: ratios in one run
	@bash tests/perf.sh

soak: all ## what takes too long for check
	@bash tests/soak.sh

man: $(BUILD)/tare.1 ## the manual page, from the command table
$(BUILD)/tare.1: $(BUILD)/tare tests/man.sh
	@TARE=$(BUILD)/tare sh tests/man.sh >$@

install: all man ## install below DESTDIR and PREFIX
	install -D -m 755 $(BUILD)/tare $(DESTDIR)$(PREFIX)/bin/tare
	install -D -m 755 $(BUILD)/agent $(DESTDIR)$(PREFIX)/lib/tare/agent
	install -D -m 755 $(BUILD)/vm-launcher $(DESTDIR)$(PREFIX)/lib/tare/vm-launcher
	install -D -m 644 $(BUILD)/tare.1 $(DESTDIR)$(PREFIX)/share/man/man1/tare.1
	install -D -m 644 harness/completion.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/tare
	install -D -m 644 harness/completion.zsh $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_tare
	install -d $(DESTDIR)$(PREFIX)/share/doc/tare
	install -m 644 LICENSE README.md $(DESTDIR)$(PREFIX)/share/doc/tare
	install -d $(DESTDIR)$(DATADIR)/workloads/plans
	install -m 644 workloads/*.json $(DESTDIR)$(DATADIR)/workloads
	install -m 644 workloads/plans/*.json $(DESTDIR)$(DATADIR)/workloads/plans
	for d in nginx redis; do (cd workloads && find $$d -type f -exec install -D -m 644 {} $(DESTDIR)$(DATADIR)/workloads/{} \;); done
	install -d $(DESTDIR)$(DATADIR)/workloads/claims
	install -m 644 workloads/claims/*.json $(DESTDIR)$(DATADIR)/workloads/claims

dist: ## the source archive build/tare-VERSION.tar.gz, the same bytes each time
	@sh harness/dist.sh $(VERSION) $(BUILD)

clean: ## remove what was built
	rm -rf $(BUILD) $(BUILD)-gcc-san $(BUILD)-clang-san $(BUILD)-cov

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/\1|\2/' | \
		awk -F'|' '{printf "  make %-8s %s\n", $$1, $$2}'

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
