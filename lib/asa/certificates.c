/* SPDX-License-Identifier: MIT
 * show crypto ca certificates
 *
 *     Certificate
 *       Status: Available
 *       Issuer Name:
 *         cn=Example CA
 *       Validity Date:
 *         start date: 08:00:00 UTC Jan 12 2024
 *         end   date: 08:00:00 UTC Jan 11 2026
 *       Associated Trustpoints: CA1 CA2
 *
 * A heading stands alone on its line and ends in "Certificate". The attributes of a name follow it, one a line; the
 * rest are labels.
 */
#include "asa/certificates.h"

#include "asa/device_facts.h"
#include "asa/reader.h"

static const struct vt_field certificate_fields[] = {
	VT_F(STR, vt_certificate, kind),         VT_F(STR, vt_certificate, status),
	VT_F(STR, vt_certificate, serial),       VT_F(STR, vt_certificate, usage),
	VT_F(STR, vt_certificate, public_key),   VT_F(STR, vt_certificate, signature),
	VT_F(STR, vt_certificate, issuer),       VT_F(STR, vt_certificate, subject),
	VT_F(I64, vt_certificate, start_at_ms),  VT_F(I64, vt_certificate, end_at_ms),
	VT_F(STR, vt_certificate, zone),         VT_F(STR, vt_certificate, storage),
	VT_F(STRS, vt_certificate, trustpoints), VT_F(U64, vt_certificate, first_line),
	VT_F(U64, vt_certificate, last_line),
};
static const struct vt_shape certificate_shape = VT_SHAPE(vt_certificate, certificate_fields);

static const struct vt_field certificates_fields[] = {
	VT_FA(ARRAY, vt_certificates, certificates, &certificate_shape),
};
const struct vt_shape vt_certificates_shape = VT_SHAPE(vt_certificates, certificates_fields);

/* What the attribute lines at hand belong to. */
enum part { PART_NONE, PART_ISSUER, PART_SUBJECT };

static const struct label {
	const char *name;
	size_t at; /* of a struct vt_str */
} labels[] = {
	{ "Status", offsetof(struct vt_certificate, status) },
	{ "Certificate Serial Number", offsetof(struct vt_certificate, serial) },
	{ "Certificate Usage", offsetof(struct vt_certificate, usage) },
	{ "Public Key Type", offsetof(struct vt_certificate, public_key) },
	{ "Signature Algorithm", offsetof(struct vt_certificate, signature) },
	{ "Storage", offsetof(struct vt_certificate, storage) },
};

/* Labels that say nothing we keep, and what stands under them. */
static bool is_known(struct vt_str line)
{
	static const struct vt_str known[] = { VT_STR("CRL Distribution Point"),
					       VT_STR("OCSP AIA"),
					       VT_STR("URL"),
					       VT_STR("Validity Date"),
					       VT_STR("["),
					       VT_STR("renew date"),
					       VT_STR("Fingerprint"),
					       VT_STR("Key pair"),
					       VT_STR("Key Usage"),
					       VT_STR("http"),
					       VT_STR("ldap"),
					       VT_STR("MD5"),
					       VT_STR("SHA"),
					       VT_STR("Subject Key"),
					       VT_STR("Authority Key"),
					       VT_STR("PublicKey") };
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (vt_str_istarts(line, known[i]))
			return true;
	return false;
}

static bool is_heading(struct vt_str line)
{
	return vt_str_ends(line, VT_STR("ertificate")) && vt_str_find_char(line, ':') < 0 &&
	       vt_str_find_char(line, '=') < 0 && line.len < 40;
}

/* "cn=Example CA": the common name wins, the first attribute stands in for it. */
static void read_attribute(struct vt_str line, struct vt_str *name)
{
	if (vt_str_istarts(line, VT_STR("cn=")))
		*name = vt_str_from(line, 3);
	else if (!name->p)
		*name = line;
}

static void read_trustpoints(struct vt_arena *arena, struct vt_str value, struct vt_certificate *certificate)
{
	struct vt_str word;
	size_t cap = 0;
	certificate->trustpoints = (struct vt_str_list){ 0 };
	while (vt_next_word(&value, &word))
		*VT_PUSH(arena, certificate->trustpoints.items, certificate->trustpoints.len, cap) = word;
}

static bool read_date(struct vt_str label, struct vt_str value, struct vt_certificate *certificate)
{
	if (vt_str_istarts(label, VT_STR("start")))
		return vt_device_time_parse(value, NULL, &certificate->start_at_ms);
	return vt_str_istarts(label, VT_STR("end")) &&
	       vt_device_time_parse(value, &certificate->zone, &certificate->end_at_ms);
}

static bool read_line(struct vt_arena *arena, struct vt_str line, enum part *part, struct vt_certificate *certificate)
{
	struct vt_str label, value;
	if (*part != PART_NONE && vt_str_find_char(line, '=') > 0) {
		read_attribute(line, *part == PART_ISSUER ? &certificate->issuer : &certificate->subject);
		return true;
	}
	if (vt_split_label(line, &label, &value)) {
		*part = vt_str_ieq(label, VT_STR("Issuer Name"))    ? PART_ISSUER
			: vt_str_ieq(label, VT_STR("Subject Name")) ? PART_SUBJECT
								    : PART_NONE;
		if (*part != PART_NONE) {
			if (value.len)
				read_attribute(value,
					       *part == PART_ISSUER ? &certificate->issuer : &certificate->subject);
			return true;
		}
		for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
			if (vt_str_ieq(label, vt_str_of(labels[i].name))) {
				*(struct vt_str *)(void *)((char *)certificate + labels[i].at) = value;
				return true;
			}
		if (vt_str_istarts(label, VT_STR("Associated Trustpoint"))) {
			read_trustpoints(arena, value, certificate);
			return true;
		}
		if (read_date(label, value, certificate))
			return true;
	}
	return is_known(line);
}

enum vt_status vt_certificates_parse(struct vt_str text, struct vt_arena *arena, struct vt_certificates *facts,
				     struct vt_parse_report *report)
{
	size_t cap = 0;
	enum part part = PART_NONE;
	struct vt_certificate *certificate = NULL;
	*facts = (struct vt_certificates){ 0 };
	struct vt_reader r = vt_reader_of(text, report);
	while (vt_reader_next(&r)) {
		if (is_heading(r.line)) {
			certificate = VT_PUSH(arena, facts->certificates, facts->certificates_len, cap);
			vt_shape_clear(&certificate_shape, certificate);
			certificate->kind = r.line;
			certificate->first_line = certificate->last_line = r.lines.number;
			part = PART_NONE;
		} else if (certificate && read_line(arena, r.line, &part, certificate))
			certificate->last_line = r.lines.number;
		else
			vt_reader_skip(&r);
	}
	/* The dates stand near the end of a block; one that is pending has none. */
	if (certificate && certificate->end_at_ms == INT64_MIN && !vt_str_ieq(certificate->status, VT_STR("Pending")))
		report->truncated = true;
	return facts->certificates_len ? VT_OK : VT_E_NOT_THIS_COMMAND;
}
