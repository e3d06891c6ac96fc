/* SPDX-License-Identifier: MIT
 * asasim: a simulated fleet of firewalls on loopback. README.md says how to use it.
 */
#include "control.h"
#include "sshd.h"
#include "state.h"
#include "world.h"

#include "base/timefmt.h"

#include <getopt.h>
#include <libssh/callbacks.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

struct options {
	const char *world, *listen, *state, *control, *dir;
	unsigned port_base, web_port;
	double speed;
	struct world_options w;
	bool frozen;
};

static int usage(FILE *out, int code)
{
	fputs("usage: asasim --world FILE [--listen ADDRESS] [--port-base N] [--state FILE] [--control SOCKET]\n"
	      "              [--speed X] [--frozen] [--seed N] [--start-time RFC3339] [--devices N]\n"
	      "       asasim config --state FILE --dir DIR [--listen PORT]\n",
	      out);
	return code;
}

static bool number_option(const char *text, double least, double most, double *out)
{
	char *end;
	double x = strtod(text, &end);
	if (*text == '\0' || *end || !(x >= least && x <= most))
		return false;
	*out = x;
	return true;
}

static int bad_option(const char *name, const char *value)
{
	fprintf(stderr, "asasim: \"%s\" is not a value for --%s\n", value, name);
	return 2;
}

static int read_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "world", 1, NULL, 'w' }, { "listen", 1, NULL, 'l' },     { "port-base", 1, NULL, 'p' },
		{ "state", 1, NULL, 's' }, { "control", 1, NULL, 'c' },    { "speed", 1, NULL, 'x' },
		{ "seed", 1, NULL, 'r' },  { "start-time", 1, NULL, 't' }, { "devices", 1, NULL, 'd' },
		{ "dir", 1, NULL, 'D' },   { "frozen", 0, NULL, 'f' },     { "help", 0, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	double x;
	int which = 0;
	for (int opt; (opt = getopt_long(argc, argv, "h", longs, &which)) != -1;) {
		switch (opt) {
		case 'w':
			o->world = optarg;
			break;
		case 'l':
			o->listen = optarg;
			break;
		case 's':
			o->state = optarg;
			break;
		case 'c':
			o->control = optarg;
			break;
		case 'D':
			o->dir = optarg;
			break;
		case 'f':
			o->frozen = true;
			break;
		case 'h':
			exit(usage(stdout, 0));
		case 'p':
			if (!number_option(optarg, 1, 65000, &x))
				return bad_option("port-base", optarg);
			o->port_base = (unsigned)x;
			break;
		case 'x':
			if (!number_option(optarg, 0, 100000, &o->speed))
				return bad_option("speed", optarg);
			break;
		case 'r':
			if (!vt_str_to_u64(vt_str_of(optarg), &o->w.seed))
				return bad_option("seed", optarg);
			o->w.seed_given = true;
			break;
		case 't':
			if (!vt_time_parse(vt_str_of(optarg), &o->w.start_ms))
				return bad_option("start-time", optarg);
			o->w.start_given = true;
			break;
		case 'd':
			if (!number_option(optarg, 1, 4000, &x))
				return bad_option("devices", optarg);
			o->w.devices = (unsigned)x;
			break;
		default:
			return usage(stderr, 2);
		}
	}
	return 0;
}

static int64_t wall_ms(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void on_signal(uv_signal_t *handle, int signum)
{
	(void)signum;
	uv_stop(handle->loop);
}

static int serve(struct options *o)
{
	char why[512];
	if (!o->w.start_given)
		o->w.start_ms = wall_ms();
	struct world *world = world_read(o->world, &o->w, why, sizeof why);
	if (!world) {
		fprintf(stderr, "asasim: %s\n", why);
		return 2;
	}
	struct rlimit files;
	if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	uv_loop_t loop;
	uv_signal_t signals[2];
	uv_loop_init(&loop);
	struct fleet fleet = { .loop = &loop,
			       .model = model_new(world),
			       .listen = o->listen ? o->listen : "127.0.0.1" };
	struct control *control = control_new(&fleet, o->speed, o->frozen);
	int code = 1;
	for (int i = 0; i < 2; i++) {
		uv_signal_init(&loop, &signals[i]);
		uv_signal_start(&signals[i], on_signal, i ? SIGINT : SIGTERM);
	}
	bool ok = fleet_open(&fleet, o->port_base, why, sizeof why) &&
		  (!o->control || control_listen(control, o->control, why, sizeof why)) &&
		  (!o->state || state_write(&fleet, o->state, o->control, why, sizeof why));
	if (ok) {
		size_t selectors = 0;
		for (size_t i = 0; i < world->n_links; i++)
			selectors += world->links[i]->n_sel;
		printf("asasim: world \"%s\" is ready: %zu devices on %s, %zu tunnels, %zu selectors\n", world->name,
		       world->n_devices, fleet.listen, world->n_links, selectors);
		fflush(stdout);
		uv_run(&loop, UV_RUN_DEFAULT);
		code = 0;
	} else {
		fprintf(stderr, "asasim: %s\n", why);
	}
	for (int i = 0; i < 2; i++)
		uv_close((uv_handle_t *)&signals[i], NULL);
	control_free(control);
	fleet_close(&fleet);
	uv_loop_close(&loop);
	model_free(fleet.model);
	world_free(world);
	return code;
}

int main(int argc, char **argv)
{
	struct options o = { .speed = 1 };
	bool config = argc > 1 && strcmp(argv[1], "config") == 0;
	int code = config ? read_options(argc - 1, argv + 1, &o) : read_options(argc, argv, &o);
	if (code)
		return code;
	signal(SIGPIPE, SIG_IGN);
	if (config) {
		char why[512];
		if (!o.state || !o.dir)
			return usage(stderr, 2);
		if (config_write(o.state, o.dir, o.listen, why, sizeof why))
			return 0;
		fprintf(stderr, "asasim: %s\n", why);
		return 1;
	}
	if (!o.world)
		return usage(stderr, 2);
	ssh_init();
	code = serve(&o);
	ssh_finalize();
	return code;
}
