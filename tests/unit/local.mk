# One program a source file of lib/, daemon/ or web/: tests/unit/test_<file>.c
UNIT_TESTS =
UNIT_LIBS = $(VPNTRIAGE_LIBS) $(CMOCKA_LIBS)
UNIT_DAEMON_LIBS = $(DAEMON_LIBS) $(CMOCKA_LIBS)
if HAVE_CMOCKA
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)
endif
EXTRA_DIST += tests/unit/tap.h tests/unit/listing_case.h

# The daemon's own, apart from its sessions.
UNIT_TESTS += tests/unit/test_sched
tests_unit_test_sched_SOURCES = tests/unit/test_sched.c
tests_unit_test_sched_CPPFLAGS = $(AM_CPPFLAGS) $(LIBUV_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_sched_LDADD = $(UNIT_DAEMON_LIBS)

UNIT_TESTS += tests/unit/test_writer
tests_unit_test_writer_SOURCES = tests/unit/test_writer.c
tests_unit_test_writer_CPPFLAGS = $(AM_CPPFLAGS) $(LIBUV_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_writer_LDADD = $(UNIT_DAEMON_LIBS)

UNIT_TESTS += tests/unit/test_control
tests_unit_test_control_SOURCES = tests/unit/test_control.c
tests_unit_test_control_CPPFLAGS = $(AM_CPPFLAGS) $(LIBUV_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_control_LDADD = $(UNIT_DAEMON_LIBS)

UNIT_TESTS += tests/unit/test_device
tests_unit_test_device_SOURCES = tests/unit/test_device.c
tests_unit_test_device_CPPFLAGS = $(AM_CPPFLAGS) $(LIBUV_CFLAGS) $(LIBSSH_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_device_LDADD = $(UNIT_DAEMON_LIBS)

UNIT_TESTS += tests/unit/test_gather
tests_unit_test_gather_SOURCES = tests/unit/test_gather.c
tests_unit_test_gather_LDADD = $(UNIT_DAEMON_LIBS)

UNIT_TESTS += tests/unit/test_plan
tests_unit_test_plan_SOURCES = tests/unit/test_plan.c
tests_unit_test_plan_CPPFLAGS = $(AM_CPPFLAGS) $(LIBUV_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_plan_LDADD = $(UNIT_DAEMON_LIBS)

UNIT_TESTS += tests/unit/test_verdict
tests_unit_test_verdict_SOURCES = tests/unit/test_verdict.c
tests_unit_test_verdict_CPPFLAGS = $(AM_CPPFLAGS) $(LIBUV_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_verdict_LDADD = $(UNIT_DAEMON_LIBS)

UNIT_TESTS += tests/unit/test_base
tests_unit_test_base_SOURCES = tests/unit/test_base.c
tests_unit_test_base_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_settings
tests_unit_test_settings_SOURCES = tests/unit/test_settings.c
tests_unit_test_settings_LDADD = $(COMMON_LIBS) $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_device_facts
tests_unit_test_device_facts_SOURCES = tests/unit/test_device_facts.c
tests_unit_test_device_facts_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_failover
tests_unit_test_failover_SOURCES = tests/unit/test_failover.c
tests_unit_test_failover_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_facts_page
tests_unit_test_facts_page_SOURCES = tests/unit/test_facts_page.c
tests_unit_test_facts_page_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_version
tests_unit_test_version_SOURCES = tests/unit/test_version.c
tests_unit_test_version_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_access_list
tests_unit_test_access_list_SOURCES = tests/unit/test_access_list.c
tests_unit_test_access_list_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_logging
tests_unit_test_logging_SOURCES = tests/unit/test_logging.c
tests_unit_test_logging_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_nat_detail
tests_unit_test_nat_detail_SOURCES = tests/unit/test_nat_detail.c
tests_unit_test_nat_detail_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_packet_tracer
tests_unit_test_packet_tracer_SOURCES = tests/unit/test_packet_tracer.c
tests_unit_test_packet_tracer_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_route
tests_unit_test_route_SOURCES = tests/unit/test_route.c
tests_unit_test_route_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_small_listings
tests_unit_test_small_listings_SOURCES = tests/unit/test_small_listings.c
tests_unit_test_small_listings_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_command
tests_unit_test_command_SOURCES = tests/unit/test_command.c
tests_unit_test_command_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_terminal
tests_unit_test_terminal_SOURCES = tests/unit/test_terminal.c
tests_unit_test_terminal_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_reduce
tests_unit_test_reduce_SOURCES = tests/unit/test_reduce.c
tests_unit_test_reduce_LDADD = $(UNIT_LIBS)

EXTRA_DIST += tests/unit/store_case.h
UNIT_TESTS += tests/unit/test_store
tests_unit_test_store_SOURCES = tests/unit/test_store.c
tests_unit_test_store_LDADD = $(STORE_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_pack
tests_unit_test_pack_SOURCES = tests/unit/test_pack.c
tests_unit_test_pack_LDADD = $(STORE_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_migrate
tests_unit_test_migrate_SOURCES = tests/unit/test_migrate.c
tests_unit_test_migrate_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_migrate_LDADD = $(STORE_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_history
tests_unit_test_history_SOURCES = tests/unit/test_history.c
tests_unit_test_history_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_unit_test_history_LDADD = $(STORE_LIBS) $(CMOCKA_LIBS) -lm

UNIT_TESTS += tests/unit/test_config
tests_unit_test_config_SOURCES = tests/unit/test_config.c
tests_unit_test_config_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_lint
tests_unit_test_lint_SOURCES = tests/unit/test_lint.c
tests_unit_test_lint_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_lint_page
tests_unit_test_lint_page_SOURCES = tests/unit/test_lint_page.c tests/unit/listing_case.h tests/unit/subset.h
tests_unit_test_lint_page_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_pair
tests_unit_test_pair_SOURCES = tests/unit/test_pair.c
tests_unit_test_pair_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_loss
tests_unit_test_loss_SOURCES = tests/unit/test_loss.c
tests_unit_test_loss_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_spis
tests_unit_test_spis_SOURCES = tests/unit/test_spis.c
tests_unit_test_spis_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_sheet
tests_unit_test_sheet_SOURCES = tests/unit/test_sheet.c
tests_unit_test_sheet_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_auth
tests_unit_test_auth_SOURCES = tests/unit/test_auth.c
tests_unit_test_auth_LDADD = $(WEB_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_cursor
tests_unit_test_cursor_SOURCES = tests/unit/test_cursor.c
tests_unit_test_cursor_LDADD = $(WEB_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_algorithms
tests_unit_test_algorithms_SOURCES = tests/unit/test_algorithms.c
tests_unit_test_algorithms_LDADD = $(UNIT_DAEMON_LIBS)
tests_unit_test_algorithms_CPPFLAGS = $(AM_CPPFLAGS) $(LIBSSH_CFLAGS)

UNIT_TESTS += tests/unit/test_hostkey
tests_unit_test_hostkey_SOURCES = tests/unit/test_hostkey.c
tests_unit_test_hostkey_LDADD = $(UNIT_DAEMON_LIBS)

UNIT_TESTS += tests/unit/test_log
tests_unit_test_log_SOURCES = tests/unit/test_log.c
tests_unit_test_log_LDADD = $(UNIT_DAEMON_LIBS)

UNIT_TESTS += tests/unit/test_secret
tests_unit_test_secret_SOURCES = tests/unit/test_secret.c
tests_unit_test_secret_LDADD = $(UNIT_DAEMON_LIBS)

UNIT_TESTS += tests/unit/test_ipsec_sa
tests_unit_test_ipsec_sa_SOURCES = tests/unit/test_ipsec_sa.c tests/unit/listing_case.h tests/unit/subset.h
tests_unit_test_ipsec_sa_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_ike_sa
tests_unit_test_ike_sa_SOURCES = tests/unit/test_ike_sa.c tests/unit/listing_case.h tests/unit/subset.h
tests_unit_test_ike_sa_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_vpn_sessiondb
tests_unit_test_vpn_sessiondb_SOURCES = tests/unit/test_vpn_sessiondb.c tests/unit/listing_case.h tests/unit/subset.h
tests_unit_test_vpn_sessiondb_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_asasim_ike
tests_unit_test_asasim_ike_SOURCES = tests/unit/test_asasim_ike.c
tests_unit_test_asasim_ike_LDADD = $(ASASIM_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_asasim_model
tests_unit_test_asasim_model_SOURCES = tests/unit/test_asasim_model.c
tests_unit_test_asasim_model_LDADD = $(ASASIM_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_metrics
tests_unit_test_metrics_SOURCES = tests/unit/test_metrics.c
tests_unit_test_metrics_LDADD = $(WEB_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_request
tests_unit_test_request_SOURCES = tests/unit/test_request.c
tests_unit_test_request_LDADD = $(WEB_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_routes
tests_unit_test_routes_SOURCES = tests/unit/test_routes.c
tests_unit_test_routes_LDADD = $(WEB_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_clean
tests_unit_test_clean_SOURCES = tests/unit/test_clean.c
tests_unit_test_clean_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_parse
tests_unit_test_parse_SOURCES = tests/unit/test_parse.c
tests_unit_test_parse_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_json
tests_unit_test_json_SOURCES = tests/unit/test_json.c
tests_unit_test_json_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_catalogue
tests_unit_test_catalogue_SOURCES = tests/unit/test_catalogue.c
tests_unit_test_catalogue_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_redact
tests_unit_test_redact_SOURCES = tests/unit/test_redact.c
tests_unit_test_redact_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_diff
tests_unit_test_diff_SOURCES = tests/unit/test_diff.c
tests_unit_test_diff_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_findings
tests_unit_test_findings_SOURCES = tests/unit/test_findings.c tests/unit/store_case.h
tests_unit_test_findings_LDADD = $(STORE_LIBS) $(CMOCKA_LIBS)

UNIT_TESTS += tests/unit/test_healthy
tests_unit_test_healthy_SOURCES = tests/unit/test_healthy.c
tests_unit_test_healthy_CPPFLAGS = $(tests_asasim_libasasim_a_CPPFLAGS)
tests_unit_test_healthy_LDADD = daemon/libdaemon.a $(ASASIM_LIBS) $(CMOCKA_LIBS)
