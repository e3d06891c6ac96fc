/* SPDX-License-Identifier: MIT
 * vpntriage.yaml: what is read, what is inherited, and the sentence each mistake gets.
 */
#include "config.h"

#include "settings/settings.h"

#include "common/read_file.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/tap.h"

#define FILE_NAME "vpntriage.yaml"
/* A device that is fine, for the cases about something else. */
#define LOGIN_OK "defaults: { password_file: /etc/pw }\n"
#define DEVICE_OK LOGIN_OK "devices: [ { name: a, address: 192.0.2.1 } ]\n"

static struct vt_settings *read_settings(struct vt_arena *arena, const char *yaml, enum vt_settings_reader reader)
{
	struct vt_error error = { 0 };
	struct vt_settings *settings = NULL;
	if (vt_settings_read(vt_str_of(yaml), FILE_NAME, reader, arena, NULL, &settings, &error) != VT_OK)
		fail_msg("refused: %s", error.text);
	return settings;
}

static void every_default_is_as_documented(void **state)
{
	(void)state;
	struct vt_arena *arena = vt_arena_new();
	const struct vt_settings *s = read_settings(arena, "{}", VT_SETTINGS_ALL);
	assert_str(s->database, "/var/lib/vpntriage/vpntriage.db");
	assert_str(s->control_socket, "/run/vpntriage/control.sock");
	assert_str(s->known_hosts, "/var/lib/vpntriage/known_hosts");
	assert_int_equal(s->poll.sa_ms, 60000);
	assert_int_equal(s->poll.sessions_ms, 300000);
	assert_int_equal(s->poll.facts_ms, 900000);
	assert_int_equal(s->defaults.port, 22);
	assert_str(s->defaults.username, "vpntriage");
	assert_int_equal(s->defaults.password.kind, VT_SECRET_NONE);
	assert_int_equal(s->defaults.host_keys, VT_HOST_KEYS_STRICT);
	assert_int_equal(s->defaults.algorithms, VT_ALGORITHMS_MODERN);
	assert_int_equal(s->devices_len, 0);
	assert_int_equal(s->detect.stuck_after_ms, 60000);
	assert_int_equal(s->detect.flap.suppress, 2000);
	assert_int_equal(s->detect.flap.half_life_ms, 900000);
	assert_int_equal(s->retention.samples_ms, INT64_C(7) * 86400000);
	assert_int_equal(s->retention.hourly_ms, INT64_C(400) * 86400000);
	assert_str(s->web.listen.host, "127.0.0.1");
	assert_int_equal(s->web.listen.port, 8080);
	assert_false(s->web.trust_loopback);
	assert_null(s->web.tokens_file.p);
	vt_arena_free(arena);
}

static void a_device_inherits_key_by_key(void **state)
{
	(void)state;
	struct vt_arena *arena = vt_arena_new();
	const struct vt_settings *s = read_settings(arena,
						    "devices:\n"
						    "  - { name: plain, address: 192.0.2.1 }\n"
						    "  - name: own\n"
						    "    address: [ 192.0.2.2, fw2.example.net ]\n"
						    "    port: 2222\n"
						    "    password_env: OWN_PASSWORD\n"
						    "    algorithms: ancient\n"
						    "    contexts: [ admin, customer1 ]\n"
						    "defaults:   # behind the devices, and in force all the same\n"
						    "  username: monitor\n"
						    "  password_file: /etc/vpntriage/asa.password\n"
						    "  enable_password_credential: enable\n"
						    "  algorithms: legacy\n",
						    VT_SETTINGS_DAEMON);
	const struct vt_device_settings *plain = &s->devices[0], *own = &s->devices[1];
	assert_int_equal(s->devices_len, 2);
	assert_int_equal(plain->line, 2);
	assert_int_equal(plain->addresses_len, 1);
	assert_str(plain->addresses[0], "192.0.2.1");
	assert_str(plain->login.username, "monitor");
	assert_int_equal(plain->login.port, 22);
	assert_int_equal(plain->login.password.kind, VT_SECRET_FILE);
	assert_int_equal(plain->login.enable_password.kind, VT_SECRET_CREDENTIAL);
	assert_int_equal(plain->login.algorithms, VT_ALGORITHMS_LEGACY);
	assert_int_equal(own->addresses_len, 2);
	assert_str(own->addresses[1], "fw2.example.net");
	assert_str(own->login.username, "monitor");
	assert_int_equal(own->login.port, 2222);
	assert_int_equal(own->login.password.kind, VT_SECRET_ENV);
	assert_str(own->login.password.name, "OWN_PASSWORD");
	assert_str(own->login.enable_password.name, "enable");
	assert_int_equal(own->login.algorithms, VT_ALGORITHMS_ANCIENT);
	assert_int_equal(own->contexts_len, 2);
	assert_str(own->contexts[1], "customer1");
	vt_arena_free(arena);
}

static void a_tunnel_has_owner_expectation_and_windows(void **state)
{
	(void)state;
	struct vt_arena *arena = vt_arena_new();
	const struct vt_settings *s = read_settings(
		arena,
		LOGIN_OK
		"devices:\n"
		"  - name: fra-fw1\n"
		"    address: 192.0.2.1\n"
		"    tunnels:\n"
		"      - { peer: 90.1.1.1, name: acme-hq, owner: noc@acme.example, expect: up, maintenance: [] }\n"
		"      - peer: 2001:DB8::1\n"
		"        maintenance:\n"
		"          - { from: 2026-11-28T22:00:00Z, to: 2026-11-29T04:00:00+01:00 }\n",
		VT_SETTINGS_DAEMON);
	const struct vt_tunnel_settings *tunnels = s->devices[0].tunnels;
	char peer[VT_ADDR_TEXT];
	assert_int_equal(s->devices[0].tunnels_len, 2);
	assert_str(tunnels[0].name, "acme-hq");
	assert_str(tunnels[0].owner, "noc@acme.example");
	assert_int_equal(tunnels[0].expect, VT_EXPECT_UP);
	assert_int_equal(tunnels[0].maintenance_len, 0);
	vt_addr_format(&tunnels[1].peer, peer);
	assert_string_equal(peer, "2001:db8::1");
	assert_int_equal(tunnels[1].expect, VT_EXPECT_NOTHING);
	assert_int_equal(tunnels[1].maintenance_len, 1);
	assert_int_equal(tunnels[1].maintenance[0].to_at_ms - tunnels[1].maintenance[0].from_at_ms, 5 * 3600000);
	vt_arena_free(arena);
}

static void alerts_are_webhooks_or_programs(void **state)
{
	(void)state;
	struct vt_arena *arena = vt_arena_new();
	const struct vt_settings *s = read_settings(
		arena,
		"alerts:\n"
		"  - { type: webhook, url: \"http://127.0.0.1:9093/api/v2/alerts\", format: alertmanager-api }\n"
		"  - { type: exec, command: [ /usr/local/bin/page, --urgent ] }\n",
		VT_SETTINGS_DAEMON);
	assert_int_equal(s->alerts_len, 2);
	assert_int_equal(s->alerts[0].format, VT_ALERT_FORMAT_ALERTMANAGER_API);
	assert_str(s->alerts[0].url, "http://127.0.0.1:9093/api/v2/alerts");
	assert_int_equal(s->alerts[1].type, VT_ALERT_EXEC);
	assert_int_equal(s->alerts[1].command_len, 2);
	assert_str(s->alerts[1].command[1], "--urgent");
	vt_arena_free(arena);
}

static void a_listener_is_a_port_or_a_path(void **state)
{
	(void)state;
	static const struct {
		const char *yaml, *host;
		unsigned port;
		bool loopback;
	} cases[] = {
		{ "web: { listen: '127.0.0.1:0' }", "127.0.0.1", 0, true },
		{ "web: { listen: 127.1.2.3:81 }", "127.1.2.3", 81, true },
		{ "web: { listen: '[::1]:8080' }", "::1", 8080, true },
		{ "web: { listen: localhost:8080 }", "localhost", 8080, true },
		{ "web: { listen: 0.0.0.0:443, tls: { certificate: /c, key: /k }, tokens_file: /t }", "0.0.0.0", 443,
		  false },
		{ "web: { listen: '[::]:443', tls: { certificate: /c, key: /k }, tokens_file: /t }", "::", 443, false },
		{ "web: { listen: /run/vpntriage/web.sock }", "", 0, true },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct vt_arena *arena = vt_arena_new();
		const struct vt_listen *listen = &read_settings(arena, cases[i].yaml, VT_SETTINGS_WEB)->web.listen;
		assert_str(listen->host, cases[i].host);
		assert_int_equal(listen->port, cases[i].port);
		assert_int_equal(listen->loopback, cases[i].loopback);
		assert_int_equal(listen->path.p != NULL, *cases[i].host == '\0');
		vt_arena_free(arena);
	}
}

static void anchors_save_typing(void **state)
{
	(void)state;
	struct vt_arena *arena = vt_arena_new();
	const struct vt_settings *s = read_settings(
		arena,
		LOGIN_OK "devices:\n"
			 "  - { name: a, address: 192.0.2.1, contexts: &both [ red, blue ] }\n"
			 "  - { name: b, address: 192.0.2.2, contexts: *both }\n",
		VT_SETTINGS_DAEMON);
	assert_str(s->devices[1].contexts[1], "blue");
	vt_arena_free(arena);
}

/* What belongs to the other program is not looked into: it may lie on a machine of its own. */
static void each_program_reads_its_own_sections(void **state)
{
	(void)state;
	struct vt_arena *arena = vt_arena_new();
	const struct vt_settings *web = read_settings(arena, "devices: 7\nweb: { trust_loopback: true }\n",
						      VT_SETTINGS_WEB);
	assert_true(web->web.trust_loopback);
	assert_int_equal(web->devices_len, 0);
	const struct vt_settings *daemon = read_settings(arena, "web: 7\npoll: { sa: 5s }\n", VT_SETTINGS_DAEMON);
	assert_int_equal(daemon->poll.sa_ms, 5000);
	vt_arena_free(arena);
}

static const struct {
	const char *yaml, *sentence;
} mistakes[] = {
	/* not YAML, or not a file of settings */
	{ "", "line 1: the file is empty; expected at least devices or web" },
	{ "# nothing\n", "line 1: the file is empty; expected at least devices or web" },
	{ "- a\n", "line 1: the file is no mapping; expected keys such as \"devices:\"" },
	{ "poll: { sa: 60s\n", "line 2: is not YAML: while parsing a flow mapping, did not find expected ',' or '}'" },
	{ "poll:\n\tsa: 60s\n",
	  "line 2: is not YAML: while scanning for the next token, found character that cannot start any token" },
	{ "poll: *nobody\n", "line 1: is not YAML: found undefined alias" },
	{ "poll: {}\n---\npoll: {}\n", "line 2: a second document begins; expected one" },
	{ "a: [[[[[[[[[[[[[[[[[ 1 ]]]]]]]]]]]]]]]]]\n", "line 1: this is nested too deeply for any key" },

	/* keys */
	{ "\ndevice: []\n", "line 2: unknown key \"device\"; expected one of database, control_socket, known_hosts, "
			    "poll, defaults, devices, detect, alerts, retention, web" },
	{ "poll:\n  sas: 60s\n", "line 2: unknown key \"sas\" in poll; expected one of sa, sessions, facts" },
	{ "detect: { flap: { halflife: 15m } }\n",
	  "line 1: unknown key \"halflife\" in detect.flap; expected one of penalty, suppress, reuse, half_life" },
	{ "poll: { [ a ]: 60s }\n", "line 1: unknown key a list in poll; expected one of sa, sessions, facts" },
	{ "poll: { sa: 60s }\nweb: {}\npoll: { sa: 61s }\n",
	  "line 3: key \"poll\" stands here a second time; the first is in line 1" },
	{ "defaults:\n  port: 22\n  port: 23\n",
	  "line 3: key \"port\" in defaults stands here a second time; the first is in line 2" },

	/* values */
	{ "poll: 60s\n", "line 1: poll is \"60s\"; expected a mapping of sa, sessions, facts" },
	{ "devices: {}\n",
	  "line 1: devices is a mapping; expected a list of mappings of name, address, port, username, password_file, "
	  "password_env, password_credential, enable_password_file, enable_password_env, enable_password_credential, "
	  "identity_file, host_keys, algorithms, contexts, tunnels" },
	{ "poll: { sa: 60 }\n",
	  "line 1: poll.sa is \"60\"; expected a duration such as 60s, 5m, 2h or 7d, from 100ms to 1d" },
	{ "poll: { sa: 2d }\n",
	  "line 1: poll.sa is \"2d\"; expected a duration such as 60s, 5m, 2h or 7d, from 100ms to 1d" },
	{ "poll: { sa: 1h30m }\n",
	  "line 1: poll.sa is \"1h30m\"; expected a duration such as 60s, 5m, 2h or 7d, from 100ms to 1d" },
	{ "poll: { sa: }\n",
	  "line 1: poll.sa is empty; expected a duration such as 60s, 5m, 2h or 7d, from 100ms to 1d" },
	{ "poll: { sa: [ 60s ] }\n",
	  "line 1: poll.sa is a list; expected a duration such as 60s, 5m, 2h or 7d, from 100ms to 1d" },
	{ "defaults: { port: ssh }\n", "line 1: defaults.port is \"ssh\"; expected a whole number, from 1 to 65535" },
	{ "defaults: { port: 0 }\n", "line 1: defaults.port is \"0\"; expected a whole number, from 1 to 65535" },
	{ "defaults: { port: 65536 }\n",
	  "line 1: defaults.port is \"65536\"; expected a whole number, from 1 to 65535" },
	{ "defaults: { port: -22 }\n", "line 1: defaults.port is \"-22\"; expected a whole number, from 1 to 65535" },
	{ "defaults: { port: 18446744073709551638 }\n",
	  "line 1: defaults.port is \"18446744073709551638\"; expected a whole number, from 1 to 65535" },
	{ "defaults: { host_keys: yes }\n", "line 1: defaults.host_keys is \"yes\"; expected strict or accept-new" },
	{ "defaults: { algorithms: old }\n",
	  "line 1: defaults.algorithms is \"old\"; expected modern, legacy or ancient" },
	{ "defaults: { username: \"\" }\n",
	  "line 1: defaults.username is \"\"; expected the name of an account on the device" },
	{ "defaults: { username: \"a\\0b\" }\n",
	  "line 1: defaults.username is \"a\"; expected the name of an account on the device" },
	{ "defaults: { password_env: \"A-B\" }\n", "line 1: defaults.password_env has a value that is not shown here; "
						   "expected the name of an environment variable" },
	{ "database: \"\\e[31mred\"\n", "line 1: database is \"?[31mred\"; expected the path of a file" },
	{ "web: { trust_loopback: maybe }\n", "line 1: web.trust_loopback is \"maybe\"; expected true or false" },

	/* devices */
	{ LOGIN_OK "devices:\n- address: 192.0.2.1\n",
	  "line 3: devices[0] has no \"name\"; expected a name of at most 64 characters without blanks and slashes" },
	{ LOGIN_OK "devices:\n- name: a\n", "line 3: devices[0] has no \"address\"; expected an address or a host "
					    "name, or a list of both addresses of a failover pair" },
	{ LOGIN_OK "devices:\n- name: a\n  address: []\n",
	  "line 4: devices[0].address is a list; expected an address or a host name, or a list of both addresses of a "
	  "failover pair" },
	{ LOGIN_OK "devices:\n- { name: a, address: [ 192.0.2.1, 192.0.2.2, 192.0.2.3 ] }\n",
	  "line 3: devices[0] has 3 addresses; expected one, or the two of a failover pair" },
	{ LOGIN_OK "devices:\n- { name: a, address: 192.0.2.256 }\n",
	  "line 3: devices[0].address is \"192.0.2.256\"; expected an address or a host name, or a list of both "
	  "addresses of a failover pair" },
	{ LOGIN_OK "devices:\n- { name: a, address: [ 192.0.2.1, bad_host/24 ] }\n",
	  "line 3: devices[0].address[1] is \"bad_host/24\"; expected an address or a host name, or a list of both "
	  "addresses of a failover pair" },
	{ LOGIN_OK "devices:\n- { name: a/b, address: 192.0.2.1 }\n",
	  "line 3: devices[0].name is \"a/b\"; expected a name of at most 64 characters without blanks and slashes" },
	{ LOGIN_OK "devices:\n- { name: a, address: 192.0.2.1 }\n- { name: b, address: 192.0.2.2 }\n- { name: a, "
		   "address: 192.0.2.3 }\n",
	  "line 5: devices has the name \"a\" a second time; the first is in line 3" },
	{ LOGIN_OK "devices: [ fra-fw1 ]\n",
	  "line 2: devices[0] is \"fra-fw1\"; expected a list of mappings of name, address, port, username, "
	  "password_file, password_env, password_credential, enable_password_file, enable_password_env, "
	  "enable_password_credential, identity_file, host_keys, algorithms, contexts, tunnels" },
	{ "devices:\n- { name: a, address: 192.0.2.1 }\n",
	  "line 2: devices[0] has no way to log in; expected password_file, password_env, password_credential or "
	  "identity_file, here or in defaults" },
	{ "defaults:\n  password_file: /a\n  password_env: B\n",
	  "line 3: defaults has both password_file and password_env; expected only one of them" },
	{ LOGIN_OK "devices:\n- { name: a, address: 192.0.2.1, tunnels: [ { peer: acme } ] }\n",
	  "line 3: devices[0].tunnels[0].peer is \"acme\"; expected the address of the remote gateway" },
	{ LOGIN_OK
	  "devices:\n- name: a\n  address: 192.0.2.1\n  tunnels:\n  - peer: 2001:db8::1\n  - peer: 2001:DB8:0::1\n",
	  "line 7: device \"a\" has the peer 2001:db8::1 a second time; the first is in line 6" },
	{ LOGIN_OK "devices:\n- { name: a, address: 192.0.2.1, tunnels: [ { peer: 90.1.1.1, maintenance: [ { from: "
		   "2026-11-28T22:00:00Z } ] } ] }\n",
	  "line 3: devices[0].tunnels[0].maintenance[0] has no \"to\"; expected a time such as 2026-11-29T04:00:00Z" },
	{ LOGIN_OK "devices:\n- { name: a, address: 192.0.2.1, tunnels: [ { peer: 90.1.1.1, maintenance: [ { from: "
		   "2026-11-28T22:00:00Z, to: 2026-11-28T21:00:00Z } ] } ] }\n",
	  "line 3: devices[0].tunnels[0].maintenance[0] ends before it begins; expected from before to" },

	/* rules between keys */
	{ "detect: { flap: { suppress: 500 } }\n",
	  "line 1: detect.flap has reuse 750 and suppress 500; expected reuse below suppress" },
	{ "alerts: [ { type: webhook } ]\n", "line 1: alerts[0] is a webhook; expected a url and no command" },
	{ "alerts: [ { type: exec, command: [ page ] } ]\n",
	  "line 1: alerts[0] is of type exec; expected a command that begins with an absolute path, and no url" },
	{ "alerts: [ { type: webhook, url: \"https://user:secret@example.net/\" } ]\n",
	  "line 1: alerts[0].url has a value that is not shown here; expected a URL that begins with http:// or "
	  "https:// and holds no password" },
	{ "web: { listen: 8080 }\n", "line 1: web.listen is \"8080\"; expected ADDRESS:PORT such as 127.0.0.1:8080 or "
				     "[::1]:8080, or the absolute path of a Unix socket" },
	{ "web: { listen: '::1:8080' }\n", "line 1: web.listen is \"::1:8080\"; expected ADDRESS:PORT such as "
					   "127.0.0.1:8080 or [::1]:8080, or the absolute path of a Unix socket" },
	{ "web: { listen: 0.0.0.0:8080, tokens_file: /t }\n",
	  "line 1: web listens where other machines can reach it; expected tls.certificate, tls.key and tokens_file "
	  "with that, or a loopback address" },
	{ "web:\n  tls: { certificate: /c }\n",
	  "line 2: web has half of tls; expected both tls.certificate and tls.key, or neither" },
};

static void a_mistake_names_place_and_expectation(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
		struct vt_arena *arena = vt_arena_new();
		struct vt_settings *settings = NULL;
		struct vt_error error = { 0 };
		char expected[1024];
		snprintf(expected, sizeof expected, FILE_NAME " %s", mistakes[i].sentence);
		enum vt_status status = vt_settings_read(vt_str_of(mistakes[i].yaml), FILE_NAME, VT_SETTINGS_ALL, arena,
							 NULL, &settings, &error);
		if (status != VT_E_CONFIG || settings)
			fail_msg("accepted: %s", mistakes[i].yaml);
		assert_string_equal(error.text, expected);
		vt_arena_free(arena);
	}
}

static void all_mistakes_are_told_at_once(void **state)
{
	(void)state;
	struct vt_arena *arena = vt_arena_new();
	struct vt_buf told = { 0 };
	struct vt_error error = { 0 };
	struct vt_settings *settings = NULL;
	assert_int_equal(vt_settings_read(VT_STR("poll: { sa: soon, facts: late }\nretention: { samples: 1s }\n"),
					  FILE_NAME, VT_SETTINGS_ALL, arena, &told, &settings, &error),
			 VT_E_CONFIG);
	assert_str(vt_buf_view(&told),
		   FILE_NAME " line 1: poll.sa is \"soon\"; expected a duration such as 60s, 5m, 2h or 7d, from 100ms "
			     "to 1d\n" FILE_NAME " line 1: poll.facts is \"late\"; expected a duration such as 60s, "
						 "5m, 2h or 7d, from 100ms to 1d\n" FILE_NAME
			     " line 2: retention.samples is \"1s\"; expected a duration such as 60s, 5m, 2h or 7d, "
			     "from 1h to 3660d\n");
	vt_buf_free(&told);
	vt_arena_free(arena);
}

/* A few lines that would be a thousand million tunnels if aliases were followed without counting. */
static void aliases_cannot_multiply_without_end(void **state)
{
	(void)state;
	struct vt_buf yaml = { 0 };
	vt_buf_printf(&yaml, LOGIN_OK "devices:\n- { name: first, address: 192.0.2.1, tunnels: &many [ { peer: "
				      "90.1.1.1, maintenance: &windows [");
	for (int i = 0; i < 3000; i++)
		vt_buf_printf(&yaml, "%s{from: 2026-11-28T22:00:00Z, to: 2026-11-28T23:00:00Z}", i ? "," : "");
	vt_buf_printf(&yaml, "]}");
	for (int i = 0; i < 1000; i++)
		vt_buf_printf(&yaml, ", {peer: 90.2.%d.%d, maintenance: *windows}", i / 250, i % 250);
	vt_buf_printf(&yaml, "]}\n");
	struct vt_arena *arena = vt_arena_new();
	struct vt_settings *settings = NULL;
	struct vt_error error = { 0 };
	assert_int_equal(
		vt_settings_read(vt_buf_view(&yaml), FILE_NAME, VT_SETTINGS_ALL, arena, NULL, &settings, &error),
		VT_E_CONFIG);
	assert_non_null(strstr(error.text, "one value too many"));
	vt_arena_free(arena);
	vt_buf_free(&yaml);
}

static struct vt_buf text_of(const char *path)
{
	struct vt_buf text = { 0 };
	struct vt_error error;
	const char *top = getenv("top_srcdir");
	char full[4096];
	snprintf(full, sizeof full, "%s/%s", top ? top : ".", path);
	if (read_file(full, 1 << 20, &text, &error) != VT_OK)
		fail_msg("%s", error.text);
	return text;
}

static bool is_inherited(const struct vt_setting_doc *doc)
{
	struct vt_setting_doc other;
	for (size_t n = 0; strcmp(doc->section, "devices") == 0 && vt_settings_schema(n, &other); n++)
		if (strcmp(other.section, "defaults") == 0 && strcmp(other.key, doc->key) == 0)
			return true;
	return false;
}

/* The manual says of every key what the tables say: `.SS section`, `.TP`, `.B key`, what is expected, the default. */
static void the_manual_knows_every_key(void **state)
{
	(void)state;
	struct vt_buf manual = text_of("daemon/vpntriage.yaml.5");
	struct vt_setting_doc doc;
	size_t n = 0;
	for (; vt_settings_schema(n, &doc); n++) {
		char heading[200], entry[900];
		if (is_inherited(&doc))
			continue;
		snprintf(heading, sizeof heading, "\n.SS %s\n", *doc.section ? doc.section : "top level");
		if (strncmp(doc.expected, "a mapping", 9) == 0 || strncmp(doc.expected, "a list of mappings", 18) == 0)
			snprintf(entry, sizeof entry, "\n.B %s\n", doc.key);
		else
			snprintf(entry, sizeof entry, "\n.B %s\n(%s%s%s)\n", doc.key, doc.expected,
				 doc.preset ? "; default " : "", doc.preset ? doc.preset : "");
		const char *section = strstr(manual.p, heading);
		if (!section)
			fail_msg("daemon/vpntriage.yaml.5 has no heading: %s", heading);
		const char *next = strstr(section + 1, "\n.SS "), *found = strstr(section, entry);
		if (!found || (next && found > next))
			fail_msg("daemon/vpntriage.yaml.5 has not below%s%s", heading, entry);
	}
	assert_true(n > 0);
	vt_buf_free(&manual);
}

static void the_example_is_read(void **state)
{
	(void)state;
	struct vt_buf example = text_of("daemon/vpntriage.yaml.example");
	struct vt_arena *arena = vt_arena_new();
	const struct vt_settings *s = read_settings(arena, example.p, VT_SETTINGS_ALL);
	assert_true(s->devices_len > 0);
	vt_arena_free(arena);
	vt_buf_free(&example);
}

UNIT_TESTS(CASE(every_default_is_as_documented), CASE(a_device_inherits_key_by_key),
	   CASE(a_tunnel_has_owner_expectation_and_windows), CASE(alerts_are_webhooks_or_programs),
	   CASE(a_listener_is_a_port_or_a_path), CASE(anchors_save_typing), CASE(each_program_reads_its_own_sections),
	   CASE(a_mistake_names_place_and_expectation), CASE(all_mistakes_are_told_at_once),
	   CASE(aliases_cannot_multiply_without_end), CASE(the_manual_knows_every_key), CASE(the_example_is_read))
