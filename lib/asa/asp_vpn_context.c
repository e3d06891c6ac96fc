/* SPDX-License-Identifier: MIT
 * Reads the table of VPN contexts: blocks of `Label = value`, each beginning at "VPN CTX".
 */
#include "asa/asp_vpn_context.h"

#include "asa/reader.h"

#define CTX(kind, member) VT_F(kind, vt_asp_vpn_context, member)
static const struct vt_field context_fields[] = {
	CTX(SPI, id),         CTX(ADDR, peer),      CTX(SPI, pointer),     CTX(STR, state),
	CTX(STR, flags),      CTX(SPI, sa),         CTX(SPI, spi),         CTX(U64, group),
	CTX(U64, pkts),       CTX(U64, bad_pkts),   CTX(U64, bad_spi),     CTX(U64, spoof),
	CTX(U64, bad_crypto), CTX(U64, rekey_pkts), CTX(U64, rekey_calls), CTX(STR, vpn_filter),
};
static const struct vt_shape context_shape = VT_SHAPE(vt_asp_vpn_context, context_fields);

static const struct vt_field table_fields[] = {
	VT_FA(ARRAY, vt_asp_vpn_contexts, contexts, &context_shape),
};
const struct vt_shape vt_asp_vpn_contexts_shape = VT_SHAPE(vt_asp_vpn_contexts, table_fields);

#define AT(label, kind, member)                                                                                        \
	{                                                                                                              \
		VT_STR(label), kind, offsetof(struct vt_asp_vpn_context, member)                                       \
	}
enum value_kind { WORD, NUMBER, HEX };
static const struct {
	struct vt_str label;
	enum value_kind kind;
	size_t at;
} labels[] = {
	AT("VPN CTX", HEX, id),
	AT("Peer IP", WORD, peer),
	AT("Pointer", HEX, pointer),
	AT("State", WORD, state),
	AT("Flags", WORD, flags),
	AT("SA", HEX, sa),
	AT("SPI", HEX, spi),
	AT("Group", NUMBER, group),
	AT("Pkts", NUMBER, pkts),
	AT("Bad Pkts", NUMBER, bad_pkts),
	AT("Bad SPI", NUMBER, bad_spi),
	AT("Spoof", NUMBER, spoof),
	AT("Bad Crypto", NUMBER, bad_crypto),
	AT("Rekey Pkt", NUMBER, rekey_pkts),
	AT("Rekey Call", NUMBER, rekey_calls),
	AT("VPN Filter", WORD, vpn_filter),
};

static bool set(void *at, enum value_kind kind, struct vt_str value)
{
	if (kind == WORD)
		*(struct vt_str *)at = value;
	else if (kind == NUMBER)
		return vt_str_to_u64(value, at);
	else
		return vt_scan_hex(&value, at) && value.len == 0;
	return true;
}

static bool on_line(struct vt_asp_vpn_contexts *facts, struct vt_arena *arena, size_t *cap, struct vt_str line)
{
	ptrdiff_t equals = vt_str_find_char(line, '=');
	if (equals < 0)
		return false;
	struct vt_str label = vt_str_rtrim(vt_str_first(line, (size_t)equals));
	struct vt_str value = vt_str_trim(vt_str_from(line, (size_t)equals + 1));
	if (vt_str_eq(label, labels[0].label))
		vt_shape_clear(&context_shape, VT_PUSH(arena, facts->contexts, facts->contexts_len, *cap));
	for (size_t i = 0; facts->contexts_len && i < sizeof labels / sizeof *labels; i++) {
		char *context = (char *)&facts->contexts[facts->contexts_len - 1];
		if (vt_str_eq(label, labels[i].label))
			return set(context + labels[i].at, labels[i].kind, value);
	}
	return false;
}

static bool is_cut(const struct vt_asp_vpn_contexts *facts)
{
	if (facts->contexts_len == 0)
		return false;
	const struct vt_asp_vpn_context *last = &facts->contexts[facts->contexts_len - 1];
	bool filters = facts->contexts_len == 1 || facts->contexts[0].vpn_filter.p;
	return filters ? !last->vpn_filter.p : last->rekey_calls == VT_ABSENT;
}

enum vt_status vt_asp_vpn_context_parse(struct vt_str text, struct vt_arena *arena, struct vt_asp_vpn_contexts *facts,
					struct vt_parse_report *report)
{
	size_t cap = 0;
	*report = (struct vt_parse_report){ 0 };
	*facts = (struct vt_asp_vpn_contexts){ 0 };
	struct vt_reader r = vt_reader_of(text, report);
	while (vt_reader_next(&r)) {
		if (!on_line(facts, arena, &cap, r.line) && !vt_is_async_line(r.line))
			vt_reader_skip(&r);
	}
	report->truncated |= is_cut(facts);
	return facts->contexts_len ? VT_OK : VT_E_NOT_THIS_COMMAND;
}
