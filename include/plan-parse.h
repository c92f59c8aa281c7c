/* plan-parse.h - between the files that read a plan (plan.c, plan-parse.c, plan-arms.c); nobody else
 * includes it. */
#ifndef TARE_PLAN_PARSE_H
#define TARE_PLAN_PARSE_H

#include "plan.h"

struct plan_source {
	const json_t *json;
	const char *where; /* names the plan in messages, safe to print */
	const char *folder; /* relative paths start here; NULL = the working directory */
	const struct plan_override *override; /* never NULL */
};
/* Each reads its keys into p, with the defaults where they are missing. 0 or -1. */
int plan_read_arms(struct plan *p, const struct plan_source *s, struct error *err);
int plan_read_lists(struct plan *p, const struct plan_source *s, struct error *err);
/* After the lists and the settings; leaves only what parts name. */
int plan_read_parts(struct plan *p, const struct plan_source *s, struct error *err);
void plan_free_parts(struct plan *p);
int plan_read_settings(struct plan *p, const struct plan_source *s, struct error *err);
/* plan-against.c: the arms of the second side, doubled from the first's. After all others. */
int plan_read_against(struct plan *p, const struct plan_source *s, struct error *err);
/* object: {"name", "platform", options...}. 0, or -1 with the arm untouched. */
int plan_read_arm(struct arm *arm, const json_t *object, const struct plan_source *s,
	const char *where, struct error *err);
/* The canonical form of a part: new reference. */
json_t *plan_arms_json(const struct plan *p);
json_t *plan_probes_json(const struct plan *p);
json_t *plan_parts_json(const struct plan *p);

#endif
