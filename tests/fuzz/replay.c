/* SPDX-License-Identifier: MIT
 * Runs a fuzz target without a fuzzing engine, as a TAP test.
 *
 * Three passes, always the same inputs in the same order: the files of tests/fuzz/seeds/<target>/ as they are,
 * then mutations of them, then the listings of the corpora (tests/corpus, and ../shared/corpus where it stands
 * beside the tree), each as it is and mutated a few times. How many mutations is decided by bytes, not by time:
 * $FUZZ_BYTES of mutated input in all, so that a slow machine runs the same test.
 *
 * Every input lies in memory of exactly its size, so that a sanitizer sees one byte read too far. An input that
 * crashes, or that takes longer than INPUT_TIMEOUT_S, is kept in <target>.crash, which is replayed by
 * `fuzz_x FILE...`.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "base/buf.h"
#include "base/hash.h"
#include "common/read_file.h"

#include <fcntl.h>
#include <fts.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define INPUT_TIMEOUT_S 20
#define MAX_SEED_BYTES (4u << 20)
#define MAX_MUTATIONS 3000
#define DEFAULT_BYTES (24u << 20)

struct seeds {
	struct vt_str *at;
	size_t len, bytes;
};

static struct {
	const uint8_t *input;
	size_t len;
	const char *name; /* the target's */
	unsigned cases;
} now;

/* ---- what happens when an input kills the target ---- */

static void keep_input(void)
{
	char path[256];
	snprintf(path, sizeof path, "%s.crash", now.name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd >= 0 && write(fd, now.input, now.len) == (ssize_t)now.len)
		dprintf(STDOUT_FILENO, "Bail out! an input of %zu bytes is kept in %s\n", now.len, path);
	if (fd >= 0)
		close(fd);
}

static void on_signal(int number)
{
	keep_input();
	signal(number, SIG_DFL);
	raise(number);
}

/* There in a build with a sanitizer, which reports first and then calls us. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static void watch_for_death(void)
{
	if (__sanitizer_set_death_callback)
		__sanitizer_set_death_callback(keep_input);
	else
		for (size_t i = 0; i < 4; i++)
			signal((const int[]){ SIGSEGV, SIGBUS, SIGILL, SIGFPE }[i], on_signal);
	signal(SIGABRT, on_signal);
	signal(SIGALRM, on_signal);
}

static void run(struct vt_str text)
{
	uint8_t *exact = malloc(text.len ? text.len : 1);
	if (!exact)
		abort();
	if (text.len)
		memcpy(exact, text.p, text.len);
	now.input = exact;
	now.len = text.len;
	alarm(INPUT_TIMEOUT_S);
	LLVMFuzzerTestOneInput(exact, text.len);
	alarm(0);
	free(exact);
}

/* ---- mutations: cheap, and what texts suffer on a wire or under a careless hand ---- */

static uint64_t random_state;

static size_t below(size_t n)
{
	random_state += UINT64_C(0x9e3779b97f4a7c15);
	return n ? (size_t)(vt_hash_end(random_state) % n) : 0;
}

static void replace(struct vt_buf *text, size_t at, size_t len, struct vt_str with)
{
	struct vt_buf out = { 0 };
	vt_buf_add(&out, text->p, at);
	vt_buf_str(&out, with);
	vt_buf_add(&out, text->p + at + len, text->len - at - len);
	vt_buf_free(text);
	*text = out;
}

/* One or a few neighbouring lines, or a piece of one. */
static struct vt_str piece_of(struct vt_str text)
{
	size_t at = below(text.len);
	return vt_str_first(vt_str_from(text, at), 1 + below(below(4) ? 16 : 400));
}

static void mutate_once(struct vt_buf *text, const struct seeds *seeds)
{
	static const char *const nasty[] = {
		"\r",
		"\n",
		"\r\n",
		"\t",
		" ",
		"",
		"\b",
		"\033[K",
		"\xff",
		"\xc3",
		"0",
		"-1",
		"4294967296",
		"18446744073709551615",
		"18446744073709551616",
		"99999999999999999999999999",
		"<--- More --->",
		":",
		",",
		"\"",
		"'",
		"[",
		"]",
		"{",
		"}",
		"&a ",
		"*a",
		"#",
		"%",
		"fe80::1%outside",
		"255.255.255.256",
		"/",
		"\\",
	};
	struct vt_str view = vt_buf_view(text);
	struct vt_str piece = piece_of(view);
	size_t at = (size_t)(piece.p - view.p), to = below(text->len + 1);
	struct vt_str copy;
	switch (below(8)) {
	case 0: /* a flipped bit */
		if (text->len)
			text->p[at] = (char)(text->p[at] ^ (1 << below(8)));
		break;
	case 1: /* something nasty instead of a piece */
		replace(text, at, piece.len, vt_str_of(nasty[below(sizeof nasty / sizeof *nasty)]));
		break;
	case 2: /* something nasty between */
		replace(text, to, 0, vt_str_of(nasty[below(sizeof nasty / sizeof *nasty)]));
		break;
	case 3: /* a byte too many: zero, or any */
		copy = (struct vt_str){ (const char[]){ (char)(below(2) ? 0 : below(256)) }, 1 };
		replace(text, to, 0, copy);
		break;
	case 4: /* a piece lost */
		replace(text, at, piece.len, VT_STR(""));
		break;
	case 5: /* a piece twice */
		copy = (struct vt_str){ strndup(piece.p ? piece.p : "", piece.len), 0 };
		copy.len = strlen(copy.p);
		replace(text, to, 0, copy);
		free((void *)(uintptr_t)copy.p);
		break;
	case 6: /* cut short */
		replace(text, to, text->len - to, VT_STR(""));
		break;
	case 7: /* a piece of another seed */
		replace(text, to, 0, piece_of(seeds->at[below(seeds->len)]));
		break;
	}
}

static size_t run_mutations(const struct seeds *seeds, size_t budget_bytes)
{
	size_t done = 0;
	for (size_t i = 0; i < seeds->len; i++) {
		struct vt_str seed = seeds->at[i];
		size_t n = budget_bytes / seeds->len / (seed.len + 64) + 1;
		random_state = vt_hash_add(VT_HASH_START, seed);
		for (size_t round = 0; round < n && round < MAX_MUTATIONS; round++, done++) {
			struct vt_buf text = { 0 };
			vt_buf_str(&text, seed);
			for (size_t times = 1 + below(4); times; times--)
				mutate_once(&text, seeds);
			run(vt_buf_view(&text));
			vt_buf_free(&text);
		}
	}
	return done;
}

/* ---- seeds ---- */

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static void add_file(struct seeds *seeds, const char *path)
{
	struct vt_buf text = { 0 };
	struct vt_error error;
	enum vt_status status = read_file(path, MAX_SEED_BYTES, &text, &error);
	if (status == VT_E_FULL) {
		vt_buf_free(&text);
		return;
	}
	if (status != VT_OK) {
		printf("Bail out! %s\n", error.text);
		exit(1);
	}
	seeds->at = realloc(seeds->at, (seeds->len + 1) * sizeof *seeds->at);
	if (!seeds->at)
		abort();
	seeds->at[seeds->len++] = vt_buf_view(&text); /* takes the memory */
	seeds->bytes += text.len;
}

/* Every file below `folder`, in the order of names; none when it is not there. */
static struct seeds seeds_below(const char *folder)
{
	struct seeds seeds = { 0 };
	char *const paths[] = { (char *)(uintptr_t)folder, NULL };
	FTS *walk = access(folder, R_OK) == 0 ? fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, by_name) : NULL;
	for (FTSENT *entry; walk && (entry = fts_read(walk));)
		if (entry->fts_info == FTS_F && entry->fts_name[0] != '.')
			add_file(&seeds, entry->fts_path);
	if (walk)
		fts_close(walk);
	return seeds;
}

static void seeds_free(struct seeds *seeds)
{
	for (size_t i = 0; i < seeds->len; i++)
		free((void *)(uintptr_t)seeds->at[i].p);
	free(seeds->at);
}

static void told(const char *what, size_t n, size_t bytes)
{
	if (bytes)
		printf("ok %u - %zu %s, %zu bytes\n", ++now.cases, n, what, bytes);
	else
		printf("ok %u - %zu %s\n", ++now.cases, n, what);
	fflush(stdout);
}

static void replay_folder(const char *folder, const char *what, size_t budget_bytes)
{
	struct seeds seeds = seeds_below(folder);
	char mutations[80];
	snprintf(mutations, sizeof mutations, "mutations of %s", what);
	for (size_t i = 0; i < seeds.len; i++)
		run(seeds.at[i]);
	if (seeds.len) {
		told(what, seeds.len, seeds.bytes);
		told(mutations, run_mutations(&seeds, budget_bytes), 0);
	}
	seeds_free(&seeds);
}

int main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/'), *top = getenv("top_srcdir"), *bytes = getenv("FUZZ_BYTES");
	size_t budget_bytes = bytes ? strtoul(bytes, NULL, 10) : DEFAULT_BYTES;
	char path[4096];

	now.name = slash ? slash + 1 : argv[0];
	watch_for_death();
	if (argc > 1) {
		struct seeds seeds = { 0 };
		for (int i = 1; i < argc; i++) {
			add_file(&seeds, argv[i]);
			run(seeds.at[i - 1]);
			printf("# %s: fine\n", argv[i]);
		}
		seeds_free(&seeds);
		return 0;
	}

	run(VT_STR(""));
	told("input without a byte", 1, 0);
	const char *subject = strncmp(now.name, "fuzz_", 5) == 0 ? now.name + 5 : now.name;
	snprintf(path, sizeof path, "%s/tests/fuzz/seeds/%s", top ? top : ".", subject);
	replay_folder(path, "seeds", budget_bytes);
	if (now.cases == 1) {
		printf("not ok %u - no seeds in %s\n1..%u\n", now.cases + 1, path, now.cases + 1);
		return 1;
	}
	snprintf(path, sizeof path, "%s/tests/corpus", top ? top : ".");
	replay_folder(path, "corpus files", budget_bytes / 4);
	snprintf(path, sizeof path, "%s/../shared/corpus", top ? top : ".");
	replay_folder(path, "captures", budget_bytes / 4);
	printf("1..%u\n", now.cases);
	return 0;
}
