/* list-platforms.c - rows of `tare list platforms` and `tare list arms`: where workloads run, with which options. */
#include "command.h"
#include "json.h"
#include "plan.h"
#include "platform.h"

static const char *const type_names[] = {
	[OPTION_STRING] = "text",
	[OPTION_PATH] = "path",
	[OPTION_BYTES] = "bytes",
	[OPTION_BOOL] = "boolean",
	[OPTION_CHOICE] = "choice",
};

static json_t *option_row(const struct option_spec *o)
{
	json_t *row = json_pack("{ss ss ss* ss}", "name", o->name, "type", type_names[o->type],
		"default", o->standard, "help", o->help ? o->help : "");

	if (o->choices) {
		json_t *choices = json_array();

		for (size_t i = 0; o->choices[i]; i++)
			json_array_append_new(choices, json_string(o->choices[i]));
		json_object_set_new(row, "choices", choices);
	}
	return row;
}

json_t *list_platforms(void)
{
	json_t *rows = json_array();

	for (size_t i = 0; platforms[i]; i++) {
		json_t *options = json_array();

		for (const struct option_spec *o = platforms[i]->options; o && o->name; o++)
			json_array_append_new(options, option_row(o));
		for (const struct option_spec *o = arm_options; o->name; o++)
			json_array_append_new(options, option_row(o));
		json_array_append_new(rows,
			json_pack("{ss ss so}", "name", platforms[i]->name, "help",
				platforms[i]->help, "options", options));
	}
	return rows;
}

json_t *list_arms(void)
{
	return plan_standard_arms();
}
