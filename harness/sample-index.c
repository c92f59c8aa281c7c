/* sample-index.c - each text of a samples.jsonl once, and each trial's metric once. Both are hash tables with open
 * addressing, their sizes powers of two. */
#include "sample-index.h"

#include "util.h"

#include <string.h>

/* FNV-1a (Fowler, Noll, Vo), 64 bit. */
static uint64_t hash_text(const char *s)
{
	uint64_t h = 14695981039346656037u;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 1099511628211u;
	return h;
}

static void grow_table(struct sample_index *x)
{
	struct interned *old = x->table;
	size_t n = x->table_size;

	x->table_size = n ? n * 2 : 64;
	x->table = xcalloc(x->table_size, sizeof(*x->table));
	for (size_t i = 0; i < n; i++) {
		size_t at = old[i].hash & (x->table_size - 1);

		if (!old[i].text)
			continue;
		while (x->table[at].text)
			at = (at + 1) & (x->table_size - 1);
		x->table[at] = old[i];
	}
	free(old);
}

const char *sample_intern(struct sample_index *x, struct sample_set *set, const char *s)
{
	uint64_t hash = hash_text(s);
	size_t at;

	if (set->n_strings * 2 >= x->table_size)
		grow_table(x);
	at = hash & (x->table_size - 1);
	for (; x->table[at].text; at = (at + 1) & (x->table_size - 1))
		if (x->table[at].hash == hash && strcmp(x->table[at].text, s) == 0)
			return x->table[at].text;
	x->table[at].hash = hash;
	x->table[at].text = xstrdup(s);
	/* the array doubles at each power of two */
	if (!(set->n_strings & (set->n_strings - 1)))
		set->strings = xrealloc(set->strings,
			(set->n_strings ? set->n_strings * 2 : 1) * sizeof(*set->strings));
	set->strings[set->n_strings++] = x->table[at].text;
	return x->table[at].text;
}

/* 64-bit finalizer of splitmix64 (Steele, Lea, Flood 2014): spreads neighbouring keys. */
static uint64_t mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static bool insert_seen(uint64_t *table, size_t size, uint64_t key)
{
	size_t at = mix(key) & (size - 1);

	for (; table[at]; at = (at + 1) & (size - 1))
		if (table[at] == key)
			return false;
	table[at] = key;
	return true;
}

/* Never 0, which is an empty place. */
static uint64_t key_of(unsigned trial, unsigned attempt, unsigned metric)
{
	return 1 + (((uint64_t)trial << 1 | attempt) << 8 | metric);
}

bool sample_was_seen(
	const struct sample_index *x, unsigned trial, unsigned attempt, unsigned metric)
{
	uint64_t key = key_of(trial, attempt, metric);
	size_t at = mix(key) & (x->seen_size - 1);

	if (!x->seen_size)
		return false;
	for (; x->seen[at]; at = (at + 1) & (x->seen_size - 1))
		if (x->seen[at] == key)
			return true;
	return false;
}

bool sample_first_time(struct sample_index *x, unsigned trial, unsigned attempt, unsigned metric)
{
	uint64_t key = key_of(trial, attempt, metric);

	if (x->n_seen * 2 >= x->seen_size) {
		size_t size = x->seen_size ? x->seen_size * 2 : 1024;
		uint64_t *table = xcalloc(size, sizeof(*table));

		for (size_t i = 0; i < x->seen_size; i++)
			if (x->seen[i])
				insert_seen(table, size, x->seen[i]);
		free(x->seen);
		x->seen = table;
		x->seen_size = size;
	}
	if (!insert_seen(x->seen, x->seen_size, key))
		return false;
	x->n_seen++;
	return true;
}

void sample_index_free(struct sample_index *x)
{
	free(x->table);
	free(x->seen);
	*x = (struct sample_index){0};
}
