/* cmd-list.c - `tare list`: the tables. A kind is one line in kinds[]; its rows are JSON objects, and the
 * text is made from them. list-platforms.c and list-probes.c hold the rows of the code's own tables. */
#include "command.h"
#include "json.h"
#include "util.h"
#include "workload.h"

#include <fcntl.h>
#include <string.h>

static const struct command_option options[] = {
	{.name = "json", .help = "print JSON"},
	{.name = NULL},
};

struct kind {
	const char *name;
	json_t *(*rows)(void);
	const char *columns[6]; /* keys shown in text, NULL-terminated; "help" comes last */
};

static const struct kind kinds[] = {
	{"platforms", list_platforms, {"name", "help"}},
	{"arms", list_arms, {"name", "platform", "options", "help"}},
	{"workloads", list_workloads, {"name", "help"}},
	{"probes", list_probes, {"name", "help"}},
	{"metrics", list_metrics, {"name", "unit", "better", "compare", "help"}},
	{"plans", list_plans, {"name", "help"}},
};

/* Installed JSON files of a folder: name and help; one that cannot be read says why instead. */
static json_t *list_files(const char *folder)
{
	cleanup_strv char **names = data_list(folder);
	json_t *rows = json_array();

	for (size_t i = 0; names && names[i]; i++) {
		cleanup_free char *path = data_path(folder, names[i]);
		struct error err = ERROR_INIT;
		cleanup_json json_t *o =
			json_read_object(AT_FDCWD, path, JSON_MAX_SIZE, names[i], &err);
		const char *help = json_string_value(json_object_get(o, "help"));

		json_array_append_new(rows,
			json_pack("{ss so so}", "name", names[i], "help",
				json_text(o ? help ? help : "" : err.text), "path",
				json_text(path)));
	}
	return rows;
}

json_t *list_workloads(void)
{
	return list_files("workloads");
}

json_t *list_plans(void)
{
	return list_files("workloads/plans");
}

static const char *cell(const json_t *row, const char *key)
{
	const char *text = json_string_value(json_object_get(row, key));

	return text ? text : "";
}

/* Whole and safe: safe_text() cuts at 80, so it is asked piece by piece. */
static void print_safe(const char *text)
{
	char piece[64], safe[SAFE_TEXT_SIZE];

	while (*text) {
		size_t n = strnlen(text, sizeof(piece) - 1);

		while (n > 1 && text[n] && ((unsigned char)text[n] & 0xc0) == 0x80)
			n--; /* not inside a character */
		memcpy(piece, text, n);
		piece[n] = '\0';
		fputs(safe_text(piece, safe), stdout);
		text += n;
	}
}

/* "nic=virtio|vmxnet3|e1000|e1000e", "ram=BYTES": what an arm may say, the standard in front. */
static char *option_text_of(const json_t *o)
{
	const json_t *choices = json_object_get(o, "choices"), *choice;
	const char *type = cell(o, "type"), *standard = cell(o, "default");
	char *text = xasprintf(
		"%s=%s", cell(o, "name"), json_array_size(choices) || *standard ? standard : type);
	size_t i;

	json_array_foreach (choices, i, choice) {
		char *longer;

		if (strcmp(json_string_value(choice), standard) == 0)
			continue;
		longer = xasprintf("%s%s%s", text, text[strlen(text) - 1] == '=' ? "" : "|",
			json_string_value(choice));
		free(text);
		text = longer;
	}
	return text;
}

/* Each platform's options below it, the standard first. */
static void print_options(const json_t *rows)
{
	const json_t *row, *o;
	size_t i, k;

	json_array_foreach (rows, i, row) {
		printf("\noptions of platform %s, the standard first:\n", cell(row, "name"));
		json_array_foreach (json_object_get(row, "options"), k, o) {
			cleanup_free char *text = option_text_of(o);

			printf("  %-38s  ", text);
			print_safe(cell(o, "help"));
			putchar('\n');
		}
	}
}

static void print_rows(const struct kind *k, const json_t *rows)
{
	int width[ARRAY_SIZE(k->columns)] = {0};
	char safe[SAFE_TEXT_SIZE];
	const json_t *row;
	size_t i;

	json_array_foreach (rows, i, row) {
		for (size_t c = 0; k->columns[c]; c++) {
			int n = (int)strlen(safe_text(cell(row, k->columns[c]), safe));

			width[c] = n > width[c] ? n : width[c];
		}
	}
	json_array_foreach (rows, i, row) {
		for (size_t c = 0; k->columns[c]; c++) {
			if (k->columns[c + 1]) {
				printf("  %-*s", width[c],
					safe_text(cell(row, k->columns[c]), safe));
				continue;
			}
			printf("  ");
			print_safe(cell(row, k->columns[c]));
			putchar('\n');
		}
	}
}

/* All kinds for NULL. -1 with did-you-mean for a name that is none. */
static int choose(const char *word, const struct kind **first, size_t *n, struct error *err)
{
	const char *names[ARRAY_SIZE(kinds) + 1] = {NULL};
	char safe[SAFE_TEXT_SIZE];
	const char *near;

	*first = kinds;
	*n = ARRAY_SIZE(kinds);
	if (!word)
		return 0;
	*n = 1;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		names[i] = kinds[i].name;
		*first = &kinds[i];
		if (strcmp(kinds[i].name, word) == 0)
			return 0;
	}
	near = did_you_mean(word, names);
	return error_set(err, EXIT_USAGE,
		"list: unknown table, got \"%s\", expected platforms, arms, workloads, probes, metrics or plans%s%s%s",
		safe_text(word, safe), near ? "; did you mean " : "", near ? near : "",
		near ? "?" : "");
}

static int run_list(int argc, char **argv, struct error *err)
{
	cleanup_arguments struct arguments a = {0};
	cleanup_json json_t *all = json_object();
	const struct kind *first;
	size_t n;

	if (arguments_parse(&command_list, argc, argv, 1, &a, err) < 0)
		return -1;
	if (a.help) {
		command_help(&command_list);
		return EXIT_FINE;
	}
	if (choose(a.n_positional ? a.positional[0] : NULL, &first, &n, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		json_object_set_new(all, first[i].name, first[i].rows());
	if (argument(&a, "json")) {
		print_json(all);
		return EXIT_FINE;
	}
	for (size_t i = 0; i < n; i++) {
		printf("%s%s:\n", i ? "\n" : "", first[i].name);
		print_rows(&first[i], json_object_get(all, first[i].name));
	}
	if (n == 1 && first[0].rows == list_platforms)
		print_options(json_object_get(all, first[0].name));
	return EXIT_FINE;
}

const struct command command_list = {
	.name = "list",
	.synopsis = "[platforms|arms|workloads|probes|metrics|plans] [--json]",
	.positional = "platforms|arms|workloads|probes|metrics|plans",
	.help = "print the tables: platforms, arms, workloads, probes, metrics, plans",
	.options = options,
	.run = run_list,
};
