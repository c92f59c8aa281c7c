/* nft.c - rules and counters of the kernel's packet filter, by libnftables. */
#include "lab-path.h"

#include "json.h"
#include "util.h"

#include <nftables/libnftables.h>
#include <string.h>

static void cleanup_nftp(struct nft_ctx **c)
{
	if (*c)
		nft_ctx_free(*c);
}

/* The answer as text: new string, NULL with err. */
static char *run(const char *commands, unsigned flags, struct error *err)
{
	__attribute__((cleanup(cleanup_nftp))) struct nft_ctx *c = nft_ctx_new(NFT_CTX_DEFAULT);
	char safe[SAFE_TEXT_SIZE];

	if (!c || nft_ctx_buffer_output(c) < 0 || nft_ctx_buffer_error(c) < 0) {
		error_set(err, EXIT_INTERNAL, "nft: out of memory");
		return NULL;
	}
	nft_ctx_output_set_flags(c, flags);
	if (nft_run_cmd_from_buffer(c, commands) == 0)
		return xstrdup(nft_ctx_get_output_buffer(c));
	error_set(err, EXIT_PREREQUISITE,
		"nft: rules refused, got \"%s\", expected nf_tables with nat and conntrack in this kernel; run: modprobe -a nft_chain_nat nft_masq nft_ct, on Ubuntu after apt-get install linux-modules-extra-$(uname -r)",
		safe_text(nft_ctx_get_error_buffer(c), safe));
	return NULL;
}

int nft_run(const char *commands, struct error *err)
{
	cleanup_free char *answer = run(commands, 0, err);

	return answer ? 0 : -1;
}

int nft_counter(const char *table, const char *name, uint64_t *packets, struct error *err)
{
	cleanup_free char *command = xasprintf("list counter ip %s %s", table, name);
	cleanup_free char *answer = run(command, NFT_CTX_OUTPUT_JSON, err);
	cleanup_json json_t *whole = answer ? json_loads(answer, 0, NULL) : NULL;
	json_t *list = json_object_get(whole, "nftables"), *entry;
	size_t i;

	if (!answer)
		return -1;
	json_array_foreach (list, i, entry) {
		const json_t *n = json_object_get(json_object_get(entry, "counter"), "packets");

		if (json_is_integer(n) && json_integer_value(n) >= 0) {
			*packets = (uint64_t)json_integer_value(n);
			return 0;
		}
	}
	return error_set(
		err, EXIT_INTERNAL, "nft: counter %s of table %s is not there", name, table);
}
