/* SPDX-License-Identifier: MIT
 * What the writer remembers about a unit between commits, and its transactions. Private to lib/store.
 */
#ifndef VT_STORE_UNITS_H
#define VT_STORE_UNITS_H

#include "store/db.h"

struct numbered {
	uint64_t id, no; /* no 0: a free slot */
};

struct unit {
	uint64_t id, no;
	uint64_t journal_seq, folded_seq;
	int64_t unfolded_from_ms, rolled_day;
	struct numbered *selectors; /* open addressing by id */
	size_t selectors_slots, selectors_len;
};

/* NULL in *unit: the database does not know it. Stays valid until units_forget(). */
enum vt_status unit_find(struct vt_store *store, uint64_t id, struct unit **unit, struct vt_error *error);
void units_forget(struct vt_store *store);

enum vt_status transaction_begin(struct vt_store *store, struct vt_error *error);
/* Commits when `status` is VT_OK, else undoes and answers `status`. */
enum vt_status transaction_end(struct vt_store *store, enum vt_status status, struct vt_error *error);

/* The newest seq, read again after a failed transaction. */
enum vt_status recall_generation(struct vt_store *store, struct vt_error *error);

/* Memory until the next call of this. */
void *store_scratch(struct vt_store *store, size_t size);

#endif
