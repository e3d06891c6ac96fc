/* SPDX-License-Identifier: MIT
 * show version
 */
#include "asa/device_facts.h"

#include "tests/unit/listing_case.h"

LISTING(version, struct vt_version, vt_version_parse);

static const char asa5516[] =
	"\r\n"
	"Cisco Adaptive Security Appliance Software Version 9.16(3)19 \r\n"
	"SSP Operating System Version 2.10(1.179)\r\n"
	"Device Manager Version 7.16(1)150\r\n"
	"\r\n"
	"Compiled on Wed 18-May-22 05:06 GMT by builders\r\n"
	"System image file is \"disk0:/asa9-16-3-19-lfbff-k8.SPA\"\r\n"
	"Config file at boot was \"startup-config\"\r\n"
	"\r\n"
	"fra-fw1 up 1 year 97 days\r\n"
	"failover cluster up 2 years 3 days\r\n"
	"\r\n"
	"Hardware:   ASA5516, 8192 MB RAM, CPU Atom C2000 series 2416 MHz, 1 CPU (8 cores)\r\n"
	"Internal ATA Compact Flash, 8000MB\r\n"
	"BIOS Flash M25P64 @ 0xfed01000, 16384KB\r\n"
	"\r\n"
	"Encryption hardware device : Cisco ASA Crypto on-board accelerator (revision 0x1)\r\n"
	"                             Boot microcode        : CNPx-MC-BOOT-2.00\r\n"
	" 1: Ext: GigabitEthernet1/1  : address is 0026.0b11.2201, irq 255\r\n"
	" 9: Int: Not used            : irq 0\r\n"
	"\r\n"
	"License mode: Smart Licensing\r\n"
	"\r\n"
	"Licensed features for this platform:\r\n"
	"Other VPN Peers                   : 300            perpetual\r\n"
	"Total VPN Peers                   : 300\r\n"
	"\r\n"
	"Failover cluster licensed features for this platform:\r\n"
	"Other VPN Peers                   : 600            perpetual\r\n"
	"\r\n"
	"This platform has an ASA5516 VPN Premium license.\r\n"
	"\r\n"
	"Serial Number: JAD20470ABC\r\n"
	"Running Permanent Activation Key: 0x11111111 0x22222222 0x33333333 0x44444444 0x55555555 \r\n"
	"Configuration register is 0x1\r\n"
	"Image type                : Release\r\n"
	"Configuration last modified by carol at home at 06:41:15.559 CEST Fri Nov 20 2026\r\n";

static void a_page_of_a_current_release(void **state)
{
	(void)state;
	struct vt_version *v = parse_version(asa5516);
	assert_parsed();
	assert_str(v->software, "9.16(3)19");
	assert_false(v->in_context);
	assert_str(v->operating_system, "2.10(1.179)");
	assert_str(v->device_manager, "7.16(1)150");
	assert_str(v->compiled_at, "Wed 18-May-22 05:06 GMT");
	assert_str(v->compiled_by, "builders");
	assert_str(v->image, "disk0:/asa9-16-3-19-lfbff-k8.SPA");
	assert_str(v->boot_config, "startup-config");
	assert_str(v->hostname, "fra-fw1");
	assert_int_equal(v->uptime_s, (365 + 97) * 86400);
	assert_int_equal(v->cluster_uptime_s, (2 * 365 + 3) * 86400);
	assert_str(v->hardware, "ASA5516");
	assert_str(v->cpu, "Atom C2000 series 2416 MHz");
	assert_int_equal(v->ram_mb, 8192);
	assert_int_equal(v->disks_len, 2);
	assert_str(v->disks[1].slot, "BIOS Flash");
	assert_str(v->disks[1].type, "M25P64 @ 0xfed01000");
	assert_str(v->disks[1].size, "16384KB");
	assert_int_equal(v->interfaces_len, 2);
	assert_int_equal(v->interfaces[0].index, 1);
	assert_str(v->interfaces[0].placement, "Ext");
	assert_str(v->interfaces[0].name, "GigabitEthernet1/1");
	assert_str(v->interfaces[0].mac, "0026.0b11.2201");
	assert_int_equal(v->interfaces[0].irq, 255);
	assert_str(v->interfaces[1].name, "Not used");
	assert_absent(v->interfaces[1].mac);
	assert_str(v->serial, "JAD20470ABC");
}

static void the_last_line_tells_whether_the_configuration_changed(void **state)
{
	(void)state;
	struct vt_version *v = parse_version(asa5516);
	assert_int_equal(v->modified, 1);
	assert_str(v->modified_by, "carol at home");
	assert_str(v->modified_at, "06:41:15.559 CEST Fri Nov 20 2026");

	v = parse_version("Configuration has not been modified since last system restart.\n");
	assert_parsed();
	assert_int_equal(v->modified, 0);
	assert_absent(v->modified_by);
}

static void licences_keep_their_table(void **state)
{
	(void)state;
	struct vt_version *v = parse_version(asa5516);
	assert_int_equal(v->licenses_len, 2);
	assert_str(v->licenses[0].name, "Other VPN Peers");
	assert_str(v->licenses[0].value, "300");
	assert_str(v->licenses[0].note, "perpetual");
	assert_absent(v->licenses[1].note);
	assert_int_equal(v->cluster_licenses_len, 1);
	assert_str(v->cluster_licenses[0].value, "600");
}

static void an_activation_key_is_not_a_fact(void **state)
{
	(void)state;
	struct vt_version *v = parse_version("Cisco Adaptive Security Appliance Software Version 8.4(1)\n"
					     "Active Timebased Activation Key:\n"
					     "0xa1111111 0x22222222 0x33333333 0x44444444 0x55555555\n"
					     "Botnet Traffic Filter        : Enabled    646 days\n"
					     "Running Timebased Activation Key: 0xa1111111 0x22222222 0x33333333\n");
	assert_parsed();
	assert_int_equal(v->timebased_licenses_len, 1);
	assert_str(v->timebased_licenses[0].note, "646 days");
	assert_int_equal(v->other_len, 0);
}

static void what_a_release_adds_is_kept_by_name(void **state)
{
	(void)state;
	struct vt_version *v = parse_version("Cisco Adaptive Security Appliance Software Version 9.20(2)\n"
					     "Toolkit version: 3\n"
					     "License mode: Smart Licensing\n"
					     "something else altogether\n");
	assert_int_equal(v->other_len, 2);
	assert_str(v->other[1].name, "License mode");
	assert_str(v->other[1].value, "Smart Licensing");
	assert_int_equal(report.skipped, 1);
	assert_str(report.first_skipped, "something else altogether");
	assert_int_equal(report.first_skipped_line, 4);
}

static void inside_a_context_the_page_is_short(void **state)
{
	(void)state;
	struct vt_version *v = parse_version(
		"Cisco Adaptive Security Appliance Software Version 9.8(3)21 <context>\n"
		"\n"
		"fw002 up 114 days 18 hours\n"
		"Hardware:   FPR4K-SM-12\n"
		"Configuration last modified by ops at 09:15:45.959 EST Mon Dec 12 2018\n");
	assert_parsed();
	assert_str(v->software, "9.8(3)21");
	assert_true(v->in_context);
	assert_str(v->hardware, "FPR4K-SM-12");
	assert_int_equal(v->ram_mb, VT_ABSENT);
}

static void uptimes_have_units_of_their_own(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		uint64_t s;
	} cases[] = {
		{ "2 mins 28 secs", 148 },
		{ "1 hour 1 min", 3660 },
		{ "173 days 16 hours", 173 * 86400 + 16 * 3600 },
		{ "1 year 97 days", (365 + 97) * 86400 },
		{ "", VT_ABSENT },
		{ "3", VT_ABSENT },
		{ "3 moons", VT_ABSENT },
		{ "3 days and more", VT_ABSENT },
		{ "18446744073709551614 years", VT_ABSENT },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint64_t s = vt_uptime_s(vt_str_of(cases[i].text));
		if (s != cases[i].s)
			fail_msg("\"%s\" gave %ju", cases[i].text, (uintmax_t)s);
	}
}

static void a_page_without_its_last_line_was_cut(void **state)
{
	(void)state;
	parse_version("Cisco Adaptive Security Appliance Software Version 9.16(3)19\nfra-fw1 up 3 days 4 hours\n");
	assert_int_equal(case_status, VT_OK);
	assert_true(report.truncated);
	/* But a page that was filtered to one line was not. */
	parse_version("Cisco Adaptive Security Appliance Software Version 9.16(3)19\n");
	assert_parsed();
}

static void another_command_is_not_a_version(void **state)
{
	(void)state;
	parse_version("There are no ipsec sas\n");
	assert_int_equal(case_status, VT_E_NOT_THIS_COMMAND);
	parse_version("");
	assert_int_equal(case_status, VT_E_NOT_THIS_COMMAND);
}

static void a_page_may_end_anywhere(void **state)
{
	(void)state;
	cut_version(asa5516, sizeof asa5516 - 1);
	fixtures("show_version", whole_version);
	fixtures("show_version", cut_version);
}

LISTING_TESTS(CASE(a_page_of_a_current_release), CASE(the_last_line_tells_whether_the_configuration_changed),
	      CASE(licences_keep_their_table), CASE(an_activation_key_is_not_a_fact),
	      CASE(what_a_release_adds_is_kept_by_name), CASE(inside_a_context_the_page_is_short),
	      CASE(uptimes_have_units_of_their_own), CASE(a_page_without_its_last_line_was_cut),
	      CASE(another_command_is_not_a_version), CASE(a_page_may_end_anywhere))
