/* SPDX-License-Identifier: MIT
 * show version
 *
 * A page of unlike lines, PIX 7.0 to ASA 9.2x: a table of line beginnings, each with the function that reads the
 * rest; sections of licence rows; and "name: value" lines, of which each release brings a few of its own, kept as
 * they are. The last line of the page, about the configuration, is the one the daemon wants most: a page with
 * hardware but without it was cut. Source: formats.md section 12.
 */
#include "asa/device_facts.h"
#include "asa/reader.h"

static const struct vt_field license_fields[] = {
	VT_F(STR, vt_license, name),
	VT_F(STR, vt_license, value),
	VT_F(STR, vt_license, note),
};
static const struct vt_shape license_shape = VT_SHAPE(vt_license, license_fields);

static const struct vt_field interface_fields[] = {
	VT_F(U64, vt_hardware_interface, index), VT_F(STR, vt_hardware_interface, placement),
	VT_F(STR, vt_hardware_interface, name),  VT_F(STR, vt_hardware_interface, mac),
	VT_F(U64, vt_hardware_interface, irq),
};
static const struct vt_shape interface_shape = VT_SHAPE(vt_hardware_interface, interface_fields);

static const struct vt_field disk_fields[] = {
	VT_F(STR, vt_disk, slot),
	VT_F(STR, vt_disk, type),
	VT_F(STR, vt_disk, size),
};
static const struct vt_shape disk_shape = VT_SHAPE(vt_disk, disk_fields);

static const struct vt_field named_value_fields[] = {
	VT_F(STR, vt_named_value, name),
	VT_F(STR, vt_named_value, value),
};
static const struct vt_shape named_value_shape = VT_SHAPE(vt_named_value, named_value_fields);

static const struct vt_field version_fields[] = {
	VT_F(STR, vt_version, software),
	VT_F(IS, vt_version, in_context),
	VT_F(STR, vt_version, device_manager),
	VT_F(STR, vt_version, operating_system),
	VT_F(STR, vt_version, compiled_at),
	VT_F(STR, vt_version, compiled_by),
	VT_F(STR, vt_version, image),
	VT_F(STR, vt_version, boot_config),
	VT_F(STR, vt_version, hostname),
	VT_F(U64, vt_version, uptime_s),
	VT_F(U64, vt_version, cluster_uptime_s),
	VT_F(STR, vt_version, uptime),
	VT_F(STR, vt_version, hardware),
	VT_F(STR, vt_version, cpu),
	VT_F(STR, vt_version, model_id),
	VT_F(STR, vt_version, serial),
	VT_F(U64, vt_version, ram_mb),
	VT_FA(SOME, vt_version, disks, &disk_shape),
	VT_FA(SOME, vt_version, interfaces, &interface_shape),
	VT_FA(SOME, vt_version, licenses, &license_shape),
	VT_FA(SOME, vt_version, cluster_licenses, &license_shape),
	VT_FA(SOME, vt_version, timebased_licenses, &license_shape),
	VT_FA(SOME, vt_version, other, &named_value_shape),
	VT_F(STRS, vt_version, notes),
	VT_F(FLAG, vt_version, modified),
	VT_F(STR, vt_version, modified_by),
	VT_F(STR, vt_version, modified_at),
};
const struct vt_shape vt_version_shape = VT_SHAPE(vt_version, version_fields);

enum section { NONE, LICENSES, CLUSTER_LICENSES, TIMEBASED_LICENSES };

struct page {
	struct vt_version *facts;
	struct vt_arena *arena;
	enum section section;
	size_t licenses_cap, cluster_licenses_cap, timebased_licenses_cap, interfaces_cap, disks_cap, other_cap,
		notes_cap;
};

/* "9.8(3)21 <context>" */
static void read_software(struct page *page, struct vt_str rest)
{
	vt_next_word(&rest, &page->facts->software);
	page->facts->in_context = vt_str_find(rest, VT_STR("<")) >= 0;
}

static void read_device_manager(struct page *page, struct vt_str rest)
{
	page->facts->device_manager = rest;
}

static void read_operating_system(struct page *page, struct vt_str rest)
{
	page->facts->operating_system = rest;
}

/* "Thu 21-Feb-19 14:10 PST by builders" */
static void read_compiled(struct page *page, struct vt_str rest)
{
	ptrdiff_t by = vt_str_find(rest, VT_STR(" by "));
	page->facts->compiled_at = by < 0 ? rest : vt_str_first(rest, (size_t)by);
	if (by >= 0)
		page->facts->compiled_by = vt_str_from(rest, (size_t)by + 4);
}

static struct vt_str unquoted(struct vt_str s)
{
	if (s.len >= 2 && s.p[0] == '"' && s.p[s.len - 1] == '"')
		s = (struct vt_str){ s.p + 1, s.len - 2 };
	return s;
}

static void read_image(struct page *page, struct vt_str rest)
{
	page->facts->image = unquoted(rest);
}

static void read_boot_config(struct page *page, struct vt_str rest)
{
	page->facts->boot_config = unquoted(rest);
}

static void read_cluster_uptime(struct page *page, struct vt_str rest)
{
	page->facts->cluster_uptime_s = vt_uptime_s(rest);
}

/* "ASA5512, 4096 MB RAM, CPU Clarkdale 2800 MHz, 1 CPU (2 cores)": parts are known by what they hold. */
static void read_hardware(struct page *page, struct vt_str rest)
{
	struct vt_version *facts = page->facts;
	for (bool first = true; rest.len; first = false) {
		struct vt_str part = rest;
		uint64_t mb;
		if (vt_scan_until(&rest, ',', &part))
			rest = vt_str_from(rest, 1);
		else
			rest = VT_STR_NONE;
		part = vt_str_trim(part);
		struct vt_str in = part;
		if (first)
			facts->hardware = part;
		else if (vt_scan_lit(&in, VT_STR("CPU ")) && !facts->cpu.p)
			facts->cpu = vt_str_trim(in);
		else if (vt_next_u64(&in, &mb) && vt_next_lit(&in, VT_STR("MB RAM")))
			facts->ram_mb = mb;
	}
}

static void read_model_id(struct page *page, struct vt_str rest)
{
	page->facts->model_id = rest;
}

static void read_serial(struct page *page, struct vt_str rest)
{
	page->facts->serial = rest;
}

static void read_not_modified(struct page *page, struct vt_str rest)
{
	(void)rest;
	page->facts->modified = 0;
}

/* "enable_15 at 06:41:15.559 UTC Fri Nov 22 2019"; a user name may hold blanks, " at " included. */
static void read_modified(struct page *page, struct vt_str rest)
{
	const char *at = NULL;
	for (struct vt_str c = rest; c.len;) {
		ptrdiff_t hit = vt_str_find(c, VT_STR(" at "));
		if (hit < 0)
			break;
		at = c.p + hit;
		c = vt_str_from(c, (size_t)hit + 4);
	}
	page->facts->modified = 1;
	page->facts->modified_by = at ? vt_str_between(rest.p, at) : rest;
	if (at)
		page->facts->modified_at = vt_str_between(at + 4, rest.p + rest.len);
}

static void begin_licenses(struct page *page, struct vt_str rest)
{
	(void)rest;
	page->section = LICENSES;
}

static void begin_cluster_licenses(struct page *page, struct vt_str rest)
{
	(void)rest;
	page->section = CLUSTER_LICENSES;
}

static void begin_timebased_licenses(struct page *page, struct vt_str rest)
{
	(void)rest;
	page->section = TIMEBASED_LICENSES;
}

static const struct {
	const char *begin;
	void (*read)(struct page *, struct vt_str rest);
} lines[] = {
	{ "Cisco Adaptive Security Appliance Software Version", read_software },
	{ "Cisco PIX Security Appliance Software Version", read_software },
	{ "Cisco PIX Firewall Version", read_software },
	{ "Device Manager Version", read_device_manager },
	{ "Firepower Extensible Operating System Version", read_operating_system },
	{ "SSP Operating System Version", read_operating_system },
	{ "Compiled on", read_compiled },
	{ "System image file is", read_image },
	{ "Config file at boot was", read_boot_config },
	{ "failover cluster up", read_cluster_uptime },
	{ "Hardware:", read_hardware },
	{ "Model Id:", read_model_id },
	{ "Serial Number:", read_serial },
	{ "Licensed features for this", begin_licenses },
	{ "Failover cluster licensed features for this", begin_cluster_licenses },
	{ "Licensed features for failover cluster", begin_cluster_licenses },
	{ "Active Timebased Activation Key:", begin_timebased_licenses },
	{ "Configuration last modified by", read_modified },
	{ "Configuration has not been modified since last system restart", read_not_modified },
};

static bool read_known_line(struct page *page, struct vt_str line)
{
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct vt_str rest = line;
		if (!vt_scan_lit(&rest, vt_str_of(lines[i].begin)))
			continue;
		page->section = NONE;
		lines[i].read(page, vt_str_ltrim(rest));
		return true;
	}
	return false;
}

/* "fra-fw1 up 1 year 97 days" */
static bool read_uptime(struct page *page, struct vt_str line)
{
	struct vt_str host;
	if (page->facts->hostname.p || !vt_next_word(&line, &host) || !vt_next_lit(&line, VT_STR("up ")))
		return false;
	uint64_t s = vt_uptime_s(line);
	if (s == VT_ABSENT)
		return false;
	page->facts->hostname = host;
	page->facts->uptime = vt_str_trim(line);
	page->facts->uptime_s = s;
	return true;
}

/* " 0: Ext: Management0/0       : address is 02ac.8ef2.59aa, irq 0"; "5: Int: Not used            : irq 11" */
static bool read_interface(struct page *page, struct vt_str line)
{
	struct vt_hardware_interface found = { .irq = VT_ABSENT };
	if (!vt_scan_u64(&line, &found.index) || !vt_scan_char(&line, ':'))
		return false;
	if (!vt_split_label(line, &found.placement, &line) || !vt_split_label(line, &found.name, &line))
		return false;
	found.placement = vt_str_ltrim(found.placement);
	if (vt_scan_lit(&line, VT_STR("address is ")) && !vt_scan_until(&line, ',', &found.mac))
		found.mac = line;
	ptrdiff_t irq = vt_str_find(line, VT_STR("irq "));
	if (irq >= 0)
		vt_str_to_u64(vt_str_from(line, (size_t)irq + 4), &found.irq);
	struct vt_version *facts = page->facts;
	*VT_PUSH(page->arena, facts->interfaces, facts->interfaces_len, page->interfaces_cap) = found;
	return true;
}

/* "Internal ATA Compact Flash, 10240MB", "Slot 1: ATA Compact Flash, 128MB", "BIOS Flash AT49LW080 @ 0xfff00000,
 * 1024KB" */
static bool read_disk(struct page *page, struct vt_str line)
{
	static const char *const slots[] = { "Internal", "BIOS Flash", "Slot 0:", "Slot 1:",
					     "Slot 2:",  "External",   "Flash" };
	struct vt_disk disk = { 0 };
	for (size_t i = 0; i < sizeof slots / sizeof *slots && !disk.slot.p; i++)
		if (vt_str_starts(line, vt_str_of(slots[i])))
			disk.slot = vt_str_first(line, strlen(slots[i]));
	if (!disk.slot.p)
		return false;
	struct vt_str rest = vt_str_from(line, disk.slot.len);
	if (disk.slot.p[disk.slot.len - 1] == ':')
		disk.slot.len--;
	if (!vt_scan_until(&rest, ',', &disk.type))
		return false;
	disk.type = vt_str_trim(disk.type);
	disk.size = vt_str_trim(vt_str_from(rest, 1));
	*VT_PUSH(page->arena, page->facts->disks, page->facts->disks_len, page->disks_cap) = disk;
	return true;
}

/* "Other VPN Peers                   : 250            perpetual" */
static bool read_license(struct page *page, struct vt_str line)
{
	struct vt_version *facts = page->facts;
	struct vt_license license = { 0 };
	struct vt_str rest;
	if (page->section == NONE || !vt_split_label(line, &license.name, &rest))
		return false;
	if (!vt_next_word(&rest, &license.value))
		return false;
	rest = vt_str_trim(rest);
	if (rest.len)
		license.note = rest;
	switch (page->section) {
	case LICENSES:
		*VT_PUSH(page->arena, facts->licenses, facts->licenses_len, page->licenses_cap) = license;
		break;
	case CLUSTER_LICENSES:
		*VT_PUSH(page->arena, facts->cluster_licenses, facts->cluster_licenses_len,
			 page->cluster_licenses_cap) = license;
		break;
	case TIMEBASED_LICENSES:
		*VT_PUSH(page->arena, facts->timebased_licenses, facts->timebased_licenses_len,
			 page->timebased_licenses_cap) = license;
		break;
	case NONE:
		break;
	}
	return true;
}

/* Five words of an activation key, or a line about one: half a secret, and no fact for anybody here. */
static bool is_activation_key(struct vt_str line)
{
	return (vt_str_starts(line, VT_STR("0x")) && vt_str_find(line, VT_STR(" 0x")) > 0) ||
	       vt_str_find(line, VT_STR("Activation Key")) >= 0;
}

static bool read_other(struct page *page, struct vt_str line)
{
	struct vt_version *facts = page->facts;
	struct vt_named_value pair;
	if (vt_split_label(line, &pair.name, &pair.value))
		*VT_PUSH(page->arena, facts->other, facts->other_len, page->other_cap) = pair;
	else if (line.p[line.len - 1] == '.' || vt_str_starts(line, VT_STR("Configuration register")) ||
		 vt_str_starts(line, VT_STR("Start-up time")))
		*VT_PUSH(page->arena, facts->notes.items, facts->notes.len, page->notes_cap) = line;
	else
		return false;
	return true;
}

static bool read_line(struct page *page, struct vt_str line)
{
	return read_known_line(page, line) || is_activation_key(line) || read_license(page, line) ||
	       read_uptime(page, line) || read_interface(page, line) || read_disk(page, line) || read_other(page, line);
}

enum vt_status vt_version_parse(struct vt_str text, struct vt_arena *arena, struct vt_version *facts,
				struct vt_parse_report *report)
{
	struct page page = { .facts = facts, .arena = arena };
	vt_shape_clear(&vt_version_shape, facts);
	struct vt_reader r = vt_reader_of(text, report);
	while (vt_reader_next(&r)) {
		if (r.after_blank)
			page.section = NONE;
		if (!read_line(&page, r.line))
			vt_reader_skip(&r);
	}
	if (!facts->software.p && facts->uptime_s == VT_ABSENT && facts->modified < 0)
		return VT_E_NOT_THIS_COMMAND;
	if (facts->software.p && facts->modified < 0 && (facts->hardware.p || facts->uptime_s != VT_ABSENT))
		report->truncated = true;
	return VT_OK;
}
