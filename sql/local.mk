# SQL is a source: embed.awk makes C of it, in the build folder.
SQL_MIGRATIONS = \
	%D%/migrations/0001-first.sql \
	%D%/migrations/0002-configuration.sql \
	%D%/migrations/0003-other-end.sql
SQL_QUERIES = \
	%D%/queries/begin.sql \
	%D%/queries/begin_read.sql \
	%D%/queries/commit.sql \
	%D%/queries/config_add.sql \
	%D%/queries/config_newest.sql \
	%D%/queries/config_seen.sql \
	%D%/queries/config_text_put.sql \
	%D%/queries/daemon_get.sql \
	%D%/queries/daemon_put.sql \
	%D%/queries/day_put.sql \
	%D%/queries/day_range.sql \
	%D%/queries/day_row.sql \
	%D%/queries/device_add.sql \
	%D%/queries/device_live_read.sql \
	%D%/queries/device_numbers.sql \
	%D%/queries/device_retire.sql \
	%D%/queries/device_retire_findings.sql \
	%D%/queries/device_retire_intervals.sql \
	%D%/queries/device_retire_selectors.sql \
	%D%/queries/device_retire_tunnels.sql \
	%D%/queries/device_row.sql \
	%D%/queries/device_update.sql \
	%D%/queries/devices.sql \
	%D%/queries/devices_current.sql \
	%D%/queries/event_add.sql \
	%D%/queries/events_of_all.sql \
	%D%/queries/events_of_all_newest.sql \
	%D%/queries/events_of_configuration.sql \
	%D%/queries/events_of_device.sql \
	%D%/queries/events_of_device_newest.sql \
	%D%/queries/events_of_tunnel.sql \
	%D%/queries/events_of_tunnel_newest.sql \
	%D%/queries/expire_config_texts.sql \
	%D%/queries/expire_configs.sql \
	%D%/queries/expire_days.sql \
	%D%/queries/expire_events.sql \
	%D%/queries/expire_findings.sql \
	%D%/queries/expire_hour_times.sql \
	%D%/queries/expire_hours.sql \
	%D%/queries/expire_intervals.sql \
	%D%/queries/expire_selectors.sql \
	%D%/queries/expire_tunnels.sql \
	%D%/queries/finding_counts.sql \
	%D%/queries/finding_place.sql \
	%D%/queries/finding_put.sql \
	%D%/queries/findings.sql \
	%D%/queries/findings_close.sql \
	%D%/queries/fold_done.sql \
	%D%/queries/fold_next.sql \
	%D%/queries/fold_selectors.sql \
	%D%/queries/history_tunnel.sql \
	%D%/queries/hour_put.sql \
	%D%/queries/hour_range.sql \
	%D%/queries/hour_row.sql \
	%D%/queries/hour_samples.sql \
	%D%/queries/hour_times.sql \
	%D%/queries/hour_times_put.sql \
	%D%/queries/interval_close.sql \
	%D%/queries/interval_open.sql \
	%D%/queries/intervals.sql \
	%D%/queries/journal_add.sql \
	%D%/queries/journal_newest.sql \
	%D%/queries/journal_row.sql \
	%D%/queries/journal_trim.sql \
	%D%/queries/other_end_by_networks.sql \
	%D%/queries/pragma_application_id.sql \
	%D%/queries/pragma_cache.sql \
	%D%/queries/pragma_checkpoint.sql \
	%D%/queries/pragma_foreign_keys.sql \
	%D%/queries/pragma_mmap.sql \
	%D%/queries/pragma_schema_version.sql \
	%D%/queries/pragma_synchronous.sql \
	%D%/queries/pragma_temp_store.sql \
	%D%/queries/pragma_user_version.sql \
	%D%/queries/pragma_wal.sql \
	%D%/queries/pragma_wal_limit.sql \
	%D%/queries/roll_done.sql \
	%D%/queries/roll_next.sql \
	%D%/queries/roll_tunnels.sql \
	%D%/queries/rollback.sql \
	%D%/queries/selector_forget.sql \
	%D%/queries/selector_numbers.sql \
	%D%/queries/selector_put.sql \
	%D%/queries/selectors_ever.sql \
	%D%/queries/selectors_of_tunnel.sql \
	%D%/queries/selectors_of_unit.sql \
	%D%/queries/tunnel_counts.sql \
	%D%/queries/tunnel_forget.sql \
	%D%/queries/tunnel_forget_interval.sql \
	%D%/queries/tunnel_forget_selectors.sql \
	%D%/queries/tunnel_place.sql \
	%D%/queries/tunnel_put.sql \
	%D%/queries/tunnel_put_indexed.sql \
	%D%/queries/tunnel_row.sql \
	%D%/queries/tunnels_by_device.sql \
	%D%/queries/tunnels_by_peer.sql \
	%D%/queries/tunnels_by_place.sql \
	%D%/queries/tunnels_by_status.sql \
	%D%/queries/tunnels_by_words.sql \
	%D%/queries/tunnels_flapping.sql \
	%D%/queries/tunnels_of_unit.sql \
	%D%/queries/words_count.sql
EXTRA_DIST += %D%/embed.awk %D%/schema.sql $(SQL_MIGRATIONS) $(SQL_QUERIES)

nodist_lib_libvtstore_a_SOURCES += %D%/statements.c %D%/statements.h
CLEANFILES += %D%/statements.c %D%/statements.h
$(lib_libvtstore_a_OBJECTS): %D%/statements.h

%D%/statements.h: %D%/embed.awk %D%/local.mk $(SQL_MIGRATIONS) $(SQL_QUERIES)
	$(AM_V_GEN)$(MKDIR_P) %D% && $(AWK) -v out=header -f $(srcdir)/%D%/embed.awk \
		$(SQL_MIGRATIONS:%=$(srcdir)/%) $(SQL_QUERIES:%=$(srcdir)/%) >$@.tmp && mv $@.tmp $@
%D%/statements.c: %D%/embed.awk %D%/local.mk $(SQL_MIGRATIONS) $(SQL_QUERIES)
	$(AM_V_GEN)$(MKDIR_P) %D% && $(AWK) -v out=source -f $(srcdir)/%D%/embed.awk \
		$(SQL_MIGRATIONS:%=$(srcdir)/%) $(SQL_QUERIES:%=$(srcdir)/%) >$@.tmp && mv $@.tmp $@
