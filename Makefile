# tare: `make help` lists the goals.
BUILD ?= build
CC ?= gcc
WERROR ?= -Werror
PREFIX ?= /usr/local
DATADIR ?= $(PREFIX)/share/tare

PACKAGES := libvirt libcurl jansson libnl-3.0 libnl-route-3.0 libseccomp libcap-ng libarchive
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
AGENT := $(wildcard workloads/*.c)
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

$(BUILD)/libtare.a: $(OBJ)
	@echo "  AR      $@"
	$(Q)rm -f $@ && ar rcs $@ $^

$(BUILD)/tare: $(BUILD)/obj/harness/main.o $(BUILD)/libtare.a
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(PKG_LIBS) -o $@

# Static and small: the very same bytes are PID 1 in a VM and a container and a child on the host.
$(BUILD)/agent: $(AGENT_OBJ)
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) -static -Wl,--gc-sections $^ -o $@ && strip $@

$(BUILD)/vm-launcher: $(BUILD)/obj/$(LAUNCHER:.c=.o)
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) -static $^ -o $@ && strip $@

$(BUILD)/tests/%: tests/unit/%.c $(BUILD)/libtare.a
	@mkdir -p $(@D)
	@echo "  LD      $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(PKG_CFLAGS) $(LDFLAGS) $< $(BUILD)/libtare.a $(PKG_LIBS) -lcmocka -o $@

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
